"""VictoriaMetrics: its operator makes an agent, which asks what Prometheus' kinds select, and a store."""

from collections.abc import Mapping
from typing import Any

from platform_stack import (
    Application,
    Chart,
    Context,
    ManifestChart,
    Namespace,
    RunTime,
    RuntimeWorkload,
    SyncWave,
    uses_api_server,
    within,
)
from platform_stack.integrations import prometheus

from .network import calico

NAMESPACE = "victoria-metrics"
_AGENT, _STORE = "vmagent-main", "vmsingle-main"
_STORE_PORT, _AGENT_PORT = 8428, 8429


def _manifests(chart: ManifestChart, _context: Context) -> None:
    after = SyncWave.AFTER_CHART
    # What the namespace's Pod Security level asks of the pods that the operator makes.
    strict = {"useStrictSecurity": True}
    spec = {"port": str(_STORE_PORT), "retentionPeriod": "1d", "resources": _resources("64Mi"), **strict}
    chart.add(_object("VMSingle", spec), wave=after)
    chart.add(
        _object(
            "VMAgent",
            {
                "port": str(_AGENT_PORT),
                "selectAllByDefault": True,
                "remoteWrite": [{"url": f"http://{_STORE}.{NAMESPACE}.svc:{_STORE_PORT}/api/v1/write"}],
                "resources": _resources("32Mi"),
                **strict,
            },
        ),
        wave=after,
    )


def _object(kind: str, spec: Mapping[str, object]) -> dict[str, object]:
    metadata = {"name": "main", "namespace": NAMESPACE}
    return {
        "apiVersion": "operator.victoriametrics.com/v1beta1",
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    }


def _resources(memory: str) -> dict[str, object]:
    return {"requests": {"cpu": "20m", "memory": memory}, "limits": {"memory": "256Mi"}}


def _made(objects: tuple[Mapping[str, Any], ...], _context: Context) -> tuple[RuntimeWorkload, ...]:
    """Return what the operator makes of its kinds, read from them."""
    return tuple(
        RuntimeWorkload(
            name=f"{component}-{name}",
            namespace=item["metadata"]["namespace"],
            kind="Deployment",
            labels={"app.kubernetes.io/name": component, "app.kubernetes.io/instance": name},
            ports={"http": int(item["spec"]["port"])},
            cpu=item["spec"]["resources"]["requests"]["cpu"],
            memory=item["spec"]["resources"]["requests"]["memory"],
            service_account=f"{component}-{name}",
        )
        for item in objects
        if item["kind"] in ("VMAgent", "VMSingle")
        for component, name in [(item["kind"].lower(), item["metadata"]["name"])]
    )


prometheus_kinds = Application(
    name="prometheus-kinds",
    namespaces=(Namespace(name="prometheus-kinds"),),
    charts=(
        Chart(
            repository="https://prometheus-community.github.io/helm-charts",
            name="prometheus-operator-crds",
            version="31.0.1",
            custom_resources_with_bootstrap=True,
        ),
    ),
)

victoria_metrics = Application(
    name="victoria-metrics",
    roles=(prometheus.scraper(workloads=(_AGENT,)),),
    namespaces=(Namespace(name=NAMESPACE),),
    depends_on=(calico, prometheus_kinds),
    charts=(
        Chart(
            repository="https://victoriametrics.github.io/helm-charts",
            name="victoria-metrics-operator",
            version="0.67.2",
            values={
                # Without cert-manager the chart would make another certificate at every sync.
                "admissionWebhooks": {"enabled": False},
                "resources": _resources("64Mi"),
                "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
                "securityContext": {
                    "enabled": True,
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                },
            },
        ),
    ),
    manifests=_manifests,
    run_time=RunTime(workloads=_made),
    flows=lambda _context: (
        uses_api_server("victoria-metrics-operator", _AGENT),
        within(_STORE, ports=(_STORE_PORT,), because="stores what it scraped", source=(_AGENT,)),
    ),
)
