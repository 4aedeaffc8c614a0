"""What is generated: the kinds the platform writes itself, by API group.

Adding a kind is adding a line here and running `make imports`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CORE_MODULE = "k8s"
"""The module of the kinds that Kubernetes itself serves, and of ObjectMeta, which all modules share."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A custom resource's kind.

    `keep` prunes: it maps a property path (`spec.generators[]`, where `[]` steps into a list's items) to the
    names of the properties that stay there; the others are left out of the binding and of the schema.
    A path that is not named stays whole.
    """

    name: str
    version: str
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """An API group of custom resources, and the module its kinds go to."""

    name: str
    module: str
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class CoreKind:
    """A kind that Kubernetes itself serves: `group` is empty for the core group."""

    group: str
    version: str
    name: str


# The CRD nests generators in matrix and merge generators three levels deep, each with a whole template:
# imported whole it is 196,483 lines. A generator's own template overrides the set's; nothing here needs that.
_APPLICATION_SET = {
    "spec": (
        "generators",
        "goTemplate",
        "goTemplateOptions",
        "ignoreApplicationDifferences",
        "preservedFields",
        "syncPolicy",
        "template",
        "templatePatch",
    ),
    "spec.generators[]": ("clusters", "git", "list"),
    "spec.generators[].clusters": ("flatList", "selector", "values"),
    "spec.generators[].git": (
        "directories",
        "files",
        "pathParamPrefix",
        "repoURL",
        "requeueAfterSeconds",
        "revision",
        "values",
    ),
    "spec.generators[].list": ("elements", "elementsYaml"),
}

# What a platform says of a Gateway and of a route; the rest is a tenth of it in number and most of it in lines.
_GATEWAY = {"spec": ("addresses", "gatewayClassName", "infrastructure", "listeners")}
_HTTP_ROUTE = {
    "spec.rules[]": ("backendRefs", "filters", "matches", "name"),
    "spec.rules[].backendRefs[]": ("group", "kind", "name", "namespace", "port", "weight"),
    "spec.rules[].filters[]": (
        "extensionRef",
        "requestHeaderModifier",
        "requestMirror",
        "requestRedirect",
        "responseHeaderModifier",
        "type",
        "urlRewrite",
    ),
}

GROUPS = (
    Group(
        "argoproj.io",
        "argoproj",
        (
            Kind("AppProject", "v1alpha1"),
            Kind("Application", "v1alpha1"),
            Kind("ApplicationSet", "v1alpha1", _APPLICATION_SET),
        ),
    ),
    Group("bitnami.com", "sealed_secrets", (Kind("SealedSecret", "v1alpha1"),)),
    Group(
        "cert-manager.io",
        "cert_manager",
        (Kind("Certificate", "v1"), Kind("ClusterIssuer", "v1"), Kind("Issuer", "v1")),
    ),
    Group(
        "cilium.io",
        "cilium",
        (
            Kind("CiliumClusterwideNetworkPolicy", "v2"),
            Kind("CiliumL2AnnouncementPolicy", "v2alpha1"),
            Kind("CiliumLoadBalancerIPPool", "v2"),
            Kind("CiliumNetworkPolicy", "v2"),
        ),
    ),
    Group("config.gatekeeper.sh", "gatekeeper_config", (Kind("Config", "v1alpha1"),)),
    Group(
        "configuration.konghq.com",
        "kong",
        (Kind("KongClusterPlugin", "v1"), Kind("KongConsumer", "v1"), Kind("KongPlugin", "v1")),
    ),
    Group(
        "gateway.networking.k8s.io",
        "gateway_api",
        (Kind("Gateway", "v1", _GATEWAY), Kind("HTTPRoute", "v1", _HTTP_ROUTE)),
    ),
    Group(
        "monitoring.coreos.com",
        "prometheus_operator",
        (Kind("PodMonitor", "v1"), Kind("PrometheusRule", "v1"), Kind("ServiceMonitor", "v1")),
    ),
    Group(
        "policies.kyverno.io",
        "kyverno",
        (
            Kind("GeneratingPolicy", "v1"),
            Kind("ImageValidatingPolicy", "v1"),
            Kind("MutatingPolicy", "v1"),
            Kind("PolicyException", "v1"),
            Kind("ValidatingPolicy", "v1"),
        ),
    ),
    Group(
        "security.istio.io",
        "istio_security",
        (Kind("AuthorizationPolicy", "v1"), Kind("PeerAuthentication", "v1")),
    ),
    Group("syncset.gatekeeper.sh", "gatekeeper_syncset", (Kind("SyncSet", "v1alpha1"),)),
    Group("telemetry.istio.io", "istio_telemetry", (Kind("Telemetry", "v1"),)),
    Group("templates.gatekeeper.sh", "gatekeeper_templates", (Kind("ConstraintTemplate", "v1"),)),
    Group("velero.io", "velero", (Kind("BackupStorageLocation", "v1"), Kind("Schedule", "v1"))),
)

CORE_KINDS = (
    CoreKind("", "v1", "ConfigMap"),
    CoreKind("", "v1", "LimitRange"),
    CoreKind("", "v1", "Namespace"),
    CoreKind("", "v1", "PersistentVolumeClaim"),
    CoreKind("", "v1", "ResourceQuota"),
    CoreKind("", "v1", "Secret"),
    CoreKind("", "v1", "Service"),
    CoreKind("", "v1", "ServiceAccount"),
    CoreKind("apps", "v1", "DaemonSet"),
    CoreKind("apps", "v1", "Deployment"),
    CoreKind("apps", "v1", "StatefulSet"),
    CoreKind("batch", "v1", "CronJob"),
    CoreKind("batch", "v1", "Job"),
    CoreKind("networking.k8s.io", "v1", "Ingress"),
    CoreKind("networking.k8s.io", "v1", "IngressClass"),
    CoreKind("networking.k8s.io", "v1", "NetworkPolicy"),
    CoreKind("policy", "v1", "PodDisruptionBudget"),
    CoreKind("rbac.authorization.k8s.io", "v1", "ClusterRole"),
    CoreKind("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding"),
    CoreKind("rbac.authorization.k8s.io", "v1", "Role"),
    CoreKind("rbac.authorization.k8s.io", "v1", "RoleBinding"),
    CoreKind("scheduling.k8s.io", "v1", "PriorityClass"),
    CoreKind("storage.k8s.io", "v1", "StorageClass"),
)
