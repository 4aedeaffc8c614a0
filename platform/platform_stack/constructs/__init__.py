"""cdk8s: the App and Chart of the platform, and the objects that it is made of."""

from platform_stack.constructs.app import ManifestApp, ManifestChart

__all__ = ["ManifestApp", "ManifestChart"]
