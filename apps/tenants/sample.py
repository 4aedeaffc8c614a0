"""A tenant with one small web service, to see a route, the mesh, metrics, logs and traces end to end.

Off by default: `tenants=(SAMPLE,)` in apps/__main__.py switches it on, see docs/guides/add-a-tenant.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Context, Quota, Route, Service, Tenant
from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.kong import THROUGH_SERVICE
from platform_stack.integrations.prometheus import alerts, down, service_monitor
from platform_stack.model.flow import sends_traces
from platform_stack_imports import k8s

from ..shared.endpoints import BASIC_AUTH, TEMPO_OTLP
from ..shared.workloads import budget, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.constructs import ManifestChart
    from platform_stack.typed import ApiObject

NAMESPACE = "sample"
PODINFO = Service(name="podinfo", namespace=NAMESPACE, port=80)

IMAGE = "ghcr.io/stefanprodan/podinfo:6.11.1"
"""By its tag alone, nothing at hand vouches for a digest: add the one that your registry answers with."""

_LABELS = {"app.kubernetes.io/name": PODINFO.name}
_HTTP, _METRICS = 9898, 9797
_USER = 10001


def _objects(context: Context) -> Iterator[ApiObject]:
    metadata = k8s.ObjectMeta(name=PODINFO.name, namespace=NAMESPACE, labels=_LABELS)
    available = context.cluster.is_highly_available
    yield k8s.ServiceAccount(metadata=metadata, automount_service_account_token=False)
    yield k8s.Deployment(
        metadata=metadata,
        spec=k8s.DeploymentSpec(
            replicas=2 if available else 1,
            selector=k8s.LabelSelector(match_labels=_LABELS),
            template=k8s.PodTemplateSpec(
                metadata=k8s.ObjectMeta(labels=_LABELS),
                spec=k8s.PodSpec(
                    service_account_name=PODINFO.name,
                    automount_service_account_token=False,
                    security_context=k8s.PodSecurityContext(
                        run_as_non_root=True,
                        run_as_user=_USER,
                        run_as_group=_USER,
                        seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
                    ),
                    topology_spread_constraints=[spread(_LABELS)] if available else None,
                    containers=[_container(context)],
                ),
            ),
        ),
    )
    yield k8s.Service(
        # The port's name tells the mesh that it is HTTP.
        metadata=k8s.ObjectMeta(
            name=PODINFO.name, namespace=NAMESPACE, labels=_LABELS, annotations=THROUGH_SERVICE
        ),
        spec=k8s.ServiceSpec(
            selector=_LABELS,
            ports=[
                k8s.ServicePort(name="http", port=PODINFO.port, target_port="http"),
                k8s.ServicePort(name="http-metrics", port=_METRICS, target_port="http-metrics"),
            ],
        ),
    )
    if available:
        yield budget(metadata, _LABELS)
    yield service_monitor(PODINFO.name, NAMESPACE, labels=_LABELS, port="http-metrics")
    yield alerts(PODINFO.name, NAMESPACE, down("Podinfo", PODINFO.name))
    yield _dashboard()


def _container(context: Context) -> k8s.Container:
    args = [f"--port={_HTTP}", f"--port-metrics={_METRICS}"]
    env = None
    if "tracing" in context.platform.by_name:
        # Only at this level it logs requests, each with its trace: as JSON, so that Loki finds the way to Tempo.
        args += [f"--otel-service-name={PODINFO.name}", "--level=debug"]
        env = [k8s.EnvVar(name="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", value=TEMPO_OTLP.url)]
    return k8s.Container(
        name=PODINFO.name,
        image=IMAGE,
        command=["./podinfo"],
        args=args,
        env=env,
        ports=[
            k8s.ContainerPort(name="http", container_port=_HTTP),
            k8s.ContainerPort(name="http-metrics", container_port=_METRICS),
        ],
        readiness_probe=k8s.Probe(http_get=k8s.HttpGetAction(path="/readyz", port="http")),
        liveness_probe=k8s.Probe(http_get=k8s.HttpGetAction(path="/healthz", port="http")),
        resources=k8s.ResourceRequirements(
            requests={"cpu": "5m", "memory": "16Mi"}, limits={"memory": "64Mi"}
        ),
        security_context=k8s.SecurityContext(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=k8s.Capabilities(drop=["ALL"]),
        ),
    )


def _dashboard() -> k8s.ConfigMap:
    requests = f'http_request_duration_seconds_count{{namespace="{NAMESPACE}"}}'
    buckets = f'http_request_duration_seconds_bucket{{namespace="{NAMESPACE}"}}'
    return dashboard(
        "sample",
        NAMESPACE,
        "Sample",
        Panel("Requests", f"sum by (path, status) (rate({requests}[5m]))", "{{path}} {{status}}", "reqps"),
        Panel(
            "Request duration, 99th percentile",
            f"histogram_quantile(0.99, sum by (le, path) (rate({buckets}[5m])))",
            "{{path}}",
            "s",
        ),
        folder=NAMESPACE,
    )


def _manifests(chart: ManifestChart, context: Context) -> None:
    for item in _objects(context):
        chart.add(item)


SAMPLE = Tenant(
    name="sample",
    group="sample-team",
    contact="the platform's team",
    namespaces=(NAMESPACE,),
    quota=Quota(cpu="200m", memory="512Mi", pods=4, storage="1Gi"),
    registries=("ghcr.io/stefanprodan",),
    routes=(Route(host="sample", service=PODINFO, plugins=(BASIC_AUTH,)),),
    flows=lambda _context: (sends_traces(),),
    manifests=_manifests,
)
