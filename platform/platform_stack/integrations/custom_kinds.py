"""Custom kinds of products: those that bindings are generated for, and those that live in a namespace.

Where a chart's facts are recorded its CRDs say where a kind lives; the tables here are for those that are not.
"""

from __future__ import annotations

from platform_stack.bindings.kinds import Group, Kind

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
"""What bindings and schemas are generated for, by API group."""

POD_ANNOTATION_PARTS = ("istio.io", "prometheus.io")
"""What the keys of the annotations have in them that products read of a pod."""

NAMESPACED_GROUPS = frozenset(
    {"monitoring.coreos.com", "networking.istio.io", "security.istio.io", "telemetry.istio.io"}
)
"""API groups of which every kind lives in a namespace."""

NAMESPACED = frozenset(
    {
        ("bitnami.com", "SealedSecret"),
        ("configuration.konghq.com", "KongConsumer"),
        ("configuration.konghq.com", "KongIngress"),
        ("configuration.konghq.com", "KongPlugin"),
        ("gateway.networking.k8s.io", "Gateway"),
        ("gateway.networking.k8s.io", "HTTPRoute"),
        ("velero.io", "BackupStorageLocation"),
        ("velero.io", "Schedule"),
        ("velero.io", "VolumeSnapshotLocation"),
    }
)
"""Kinds without a typed binding that charts make, and that live in a namespace."""
