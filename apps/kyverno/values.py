"""The values of Kyverno's chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.typed import to_manifest

from ..policies.admission import EXEMPT_NAMESPACES
from ..policies.admission import KYVERNO_NAMESPACE as NAMESPACE
from ..shared.values import NO_SIDECAR, SCRAPE_INTERVAL, resources
from ..shared.workloads import spread

if TYPE_CHECKING:
    from platform_stack import Context, Values

_VERSION = "v1.19.0"
"""Of the images that the chart leaves without a version: its delete hooks and its tests."""

_MONITOR = {"enabled": True, "interval": SCRAPE_INTERVAL, "scrapeTimeout": "10s"}

_POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}

_SPREAD = spread(
    {
        "app.kubernetes.io/component": "admission-controller",
        "app.kubernetes.io/part-of": "kyverno",
    },
    otherwise="DoNotSchedule",
)
"""Not all on one node, whatever the scheduler would prefer: without any of them no pod can start."""


def _controller(replicas: int, **more: Any) -> Values:  # noqa: ANN401  values of any form
    """Return what the controllers have in common; the chart adds a disruption budget above one replica."""
    return {
        "replicas": replicas,
        "revisionHistoryLimit": 2,
        "podLabels": NO_SIDECAR,  # the API server calls the webhook, without an identity in the mesh
        "podSecurityContext": _POD,
        "serviceMonitor": _MONITOR,
        **more,
    }


def kyverno_values(context: Context) -> Values:
    """Return the values; on `ha` with three that answer the webhooks, and two of each other controller."""
    available = context.cluster.is_highly_available
    return {
        "config": {
            "preserve": False,  # Argo CD would read it as "never delete" and leave the ConfigMap behind
            "webhooks": {
                "namespaceSelector": {
                    "matchExpressions": [
                        {
                            "key": "kubernetes.io/metadata.name",
                            "operator": "NotIn",
                            "values": EXEMPT_NAMESPACES,
                        }
                    ]
                }
            },
            "excludeGroups": ["system:nodes"],
            # The chart leaves it out of everything, the reports too. Its webhooks do not look there (above); what
            # runs there is reported like the rest of the platform.
            "resourceFiltersExcludeNamespaces": ["kube-system"],
        },
        # Kyverno makes its webhooks at run time. These delete hooks take them away with it: without them an
        # uninstall could leave a webhook that fails closed and has no pod.
        "webhooksCleanup": {
            "enabled": True,
            "image": {"tag": _VERSION},
            "resources": resources("1m", "16Mi", "64Mi"),
        },
        # A hook job on every sync, needed only when an upgrade changes a storage version.
        "crds": {"migration": {"enabled": False}},
        "test": {"image": {"tag": _VERSION}, "resources": resources("1m", "8Mi", "64Mi")},
        "features": {
            # One enforcement point: no ValidatingAdmissionPolicy beside each policy that could be one.
            "generateValidatingAdmissionPolicy": {"enabled": False},
            # Exceptions only through git.
            "policyExceptions": {"enabled": True, "namespace": NAMESPACE},
            "backgroundScan": {
                "enabled": True,
                "backgroundScanWorkers": 1,
                "backgroundScanInterval": "6h",
            },
            "logging": {"format": "json", "verbosity": 1},
            "omitEvents": {"eventTypes": ["PolicyApplied", "PolicySkipped"]},
        },
        "admissionController": _controller(
            3 if available else 1,
            priorityClassName="system-cluster-critical",
            topologySpreadConstraints=[to_manifest(_SPREAD)] if available else [],
            initContainer={"resources": resources("1m", "16Mi", "128Mi")},
            container={"resources": resources("10m", "48Mi", "1Gi")},
        ),
        "backgroundController": _controller(
            2 if available else 1,
            resources=resources("5m", "24Mi", "384Mi"),
            # What policies generate. NetworkPolicy, LimitRange and ResourceQuota are in the chart's own role.
            rbac={
                "clusterRole": {
                    "extraResources": [
                        {
                            "apiGroups": ["security.istio.io"],
                            "resources": ["peerauthentications"],
                            "verbs": ["get", "list", "watch", "create", "update", "patch", "delete"],
                        }
                    ]
                }
            },
        ),
        "reportsController": _controller(2 if available else 1, resources=resources("5m", "24Mi", "384Mi")),
        # Only for DeletingPolicy, CleanupPolicy and the label cleanup.kyverno.io/ttl, which nothing here uses.
        "cleanupController": {"enabled": False},
        # Its dashboard reads metrics of ClusterPolicy only, which is deprecated and which nothing here uses.
        "grafana": {"enabled": False},
    }
