"""Sidecars: what a tenant's pods may ask of the mesh's injector."""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.kyverno import Check, Validation

from .pods import ALL, each

_ALLOWED = (
    "istio.io/rev",
    "prometheus.istio.io/merge-metrics",
    "sidecar.istio.io/inject",
    "sidecar.istio.io/rewriteAppHTTPProbers",
)
"""Annotations of Istio that change nothing but whether a pod is in the mesh, its probes and its own metrics."""

# What the injector has written into a pod by the time that Kyverno sees it: files/injection-template.yaml of
# istiod's chart, with the values of apps/istio. Whoever writes the same into a template asks for the default.
_INJECTED = (
    "sidecar.istio.io/interceptionMode=REDIRECT",
    "traffic.sidecar.istio.io/excludeInboundPorts=15020",
    "traffic.sidecar.istio.io/includeInboundPorts=*",
    "traffic.sidecar.istio.io/includeOutboundIPRanges=*",
)

_STATUS = "sidecar.istio.io/status"
"""The injector writes it into every pod that it has changed, over whatever was there."""

_CONTAINERS = ("istio-init", "istio-proxy", "istio-validation")
"""Those of the injector. A container of that name in a template is laid over its own, image and command too."""

SIDECARS = (
    Policy(
        name="sidecars-are-the-platforms",
        severity="medium",
        protects_from=(
            "A sidecar with another image, control plane, log level or set of metrics than the platform's: what it "
            "says of its tenant is believed, and what it costs is everybody's."
        ),
        asks="A pod has no container of the mesh's names, and of Istio's annotations only those that are harmless.",
        hint=f"Leave it out; allowed are {', '.join(_ALLOWED)} and all of prometheus.io. A single pod stays out of the "
        'mesh with the label sidecar.istio.io/inject: "false".',
        judges=(
            "Pod metadata.annotations",
            "Pod spec.containers.name",
            "Pod spec.initContainers.name",
            "Pod spec.ephemeralContainers.name",
        ),
        engine="kyverno",
        tenants=Action.DENY,
        platform=None,
        rule=Validation(
            variables={
                **ALL,
                "said": "object.metadata.?annotations.orValue(null)",
                "annotations": "variables.said == null ? {} : variables.said",
                # Only the pod itself has been through the injector, never what makes it.
                "injected": f"object.kind == 'Pod' && '{_STATUS}' in variables.annotations",
                "foreign": "variables.annotations.map(k, k).filter(k, k.matches('^([a-z0-9.-]+[.])?istio[.]io/')"
                f" && !(k in {list(_ALLOWED)})"
                f" && !(k + '=' + string(variables.annotations[k]) in {list(_INJECTED)})"
                f" && !(variables.injected && k == '{_STATUS}'))",
            },
            checks=(
                Check(
                    expression="variables.foreign.size() == 0",
                    message="annotations that change the sidecar",
                    offenders="variables.foreign",
                ),
                each(
                    f"variables.injected || !(c.name in {list(_CONTAINERS)})",
                    "containers that take the sidecar's name",
                ),
            ),
        ),
    ),
)
