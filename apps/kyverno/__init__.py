"""Kyverno: the policy engine for pods, images, mutation and generated defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import Application, Chart, Context, Namespace, Values
from platform_stack.constructs.observability import Alert, alerts, down
from platform_stack.model.flow import Flow, reaches_names, serves_webhook, uses_api_server
from platform_stack.model.kyverno import ImageVerification
from platform_stack.typed import to_manifest

from ..istio import istio
from ..policies.admission import EXEMPT_NAMESPACES
from ..policies.admission import KYVERNO_NAMESPACE as NAMESPACE
from ..shared.values import NO_SIDECAR, SCRAPE_INTERVAL, resources
from ..shared.workloads import spread

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

_VERSION = "v1.19.0"
"""Of the images that the chart leaves without a version: its delete hooks and its tests."""

_SIGSTORE = ("rekor.sigstore.dev", "tuf-repo-cdn.sigstore.dev")
"""The log of signatures, and the root of trust; Fulcio is only for who signs."""

REGISTRY_HOSTS = {
    "docker.io": (
        "auth.docker.io",
        "index.docker.io",
        "production.cloudflare.docker.com",
        "production.cloudfront.docker.com",
        "registry-1.docker.io",
        "docker-images-prod.*.r2.cloudflarestorage.com",
    ),
    "ghcr.io": ("ghcr.io", "pkg-containers.githubusercontent.com"),
    "quay.io": ("quay.io", "*.quay.io"),
    "reg.kyverno.io": ("reg.kyverno.io", "ghcr.io", "pkg-containers.githubusercontent.com"),
    "registry.k8s.io": (
        "registry.k8s.io",
        "*-docker.pkg.dev",
        "prod-registry-k8s-io-*.s3.dualstack.*.amazonaws.com",
        "767373bbdcb8270361b96548387bf2a9ad0d48758c35-eu-west-2.s3.dualstack.eu-west-2.amazonaws.com",
    ),
}
"""For a registry the hosts that a client is sent to: for its token, and for what lies elsewhere.

Sources: https://docs.docker.com/desktop/setup/allow-list/, https://access.redhat.com/articles/7001746 (Quay), and
https://github.com/kubernetes/registry.k8s.io/blob/main/cmd/archeio/internal/app/buckets.go.
"""

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


def _values(context: Context) -> Values:
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
            container={"resources": resources("10m", "48Mi", "640Mi")},
        ),
        "backgroundController": _controller(
            2 if available else 1,
            resources=resources("5m", "24Mi", "192Mi"),
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
        "reportsController": _controller(2 if available else 1, resources=resources("5m", "24Mi", "192Mi")),
        # Only for DeletingPolicy, CleanupPolicy and the label cleanup.kyverno.io/ttl, which nothing here uses.
        "cleanupController": {"enabled": False},
        "grafana": {
            "enabled": True,
            "labels": {"grafana_dashboard": "1"},
            "annotations": {"grafana_folder": "Platform"},
        },
    }


def _manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(
        alerts(
            "kyverno",
            NAMESPACE,
            # Critical: its webhooks fail closed, so no pod outside the exempt namespaces can start.
            down("Kyverno", "kyverno-svc-metrics", severity="critical"),
            down("KyvernoBackgroundController", "kyverno-background-controller-metrics"),
            down("KyvernoReportsController", "kyverno-reports-controller-metrics"),
            Alert(
                name="KyvernoAdmissionSlow",
                expr=(
                    "histogram_quantile(0.99, sum by (le) "
                    "(rate(kyverno_admission_review_duration_seconds_bucket[5m]))) > 5"
                ),
                summary="Kyverno takes more than 5 s for one admission review in a hundred.",
                hint="The API server gives up after 10 s; look at the registry and at Sigstore first.",
            ),
        )
    )


def _signed_at(context: Context) -> tuple[str, ...]:
    """Return the hosts that hold the images, and signatures, that policies verify; sorted."""
    rules = (policy.rule for policy in context.platform.policies)
    publishers = [rule.publisher for rule in rules if isinstance(rule, ImageVerification)]
    registries = {
        name.partition("/")[0] for who in publishers for name in (*who.images, who.signatures) if name
    }
    hosts = {host for registry in registries for host in REGISTRY_HOSTS.get(registry, (registry,))}
    return (*_SIGSTORE, *sorted(hosts)) if publishers else ()


def _flows(context: Context) -> tuple[Flow, ...]:
    flows = (uses_api_server(), serves_webhook("kyverno-admission-controller", port="https"))
    hosts = _signed_at(context)
    if not hosts:
        return flows
    # Signatures are verified at admission only: the background scan leaves them out.
    verifies = reaches_names(*hosts, source=("kyverno-admission-controller",), because="verifies signatures")
    return (*flows, verifies)


kyverno = Application(
    name="kyverno",
    # A policy makes PeerAuthentications, whose kind Istio provides.
    depends_on=(istio,),
    flows=_flows,
    known_idle={
        "kyverno-admission-controller": "224Mi",
        "kyverno-background-controller": "49Mi",
        "kyverno-reports-controller": "67Mi",
    },
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="the API server calls its webhook: every new pod waits for it, those of the mesh too",
        ),
    ),
    charts=(
        Chart(
            repository="https://kyverno.github.io/kyverno/",
            name="kyverno",
            version="3.9.0",
            values=_values,
        ),
    ),
    manifests=_manifests,
    # The comparison asks the API server with the mutating webhooks, which write defaults into policies
    # (https://kyverno.io/docs/installation/platform-notes/#notes-for-argocd-users).
    annotations={"argocd.argoproj.io/compare-options": "ServerSideDiff=true,IncludeMutationWebhook=true"},
)
