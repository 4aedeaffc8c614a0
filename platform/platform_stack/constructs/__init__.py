"""cdk8s: the App and Chart of the platform, and the objects that it is made of.

Only `ManifestApp` and `ManifestChart` need cdk8s, which starts Node: it is imported when they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_stack.constructs.app import ManifestApp, ManifestChart

__all__ = ["ManifestApp", "ManifestChart"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from platform_stack.constructs import app  # noqa: PLC0415  see above

    return getattr(app, name)
