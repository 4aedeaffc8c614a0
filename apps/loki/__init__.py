"""Loki: keeps the logs of all pods, which Alloy collects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, DataSource, Namespace, RunTime, Values
from platform_stack.model.flow import Flow, uses_api_server, within

from ..gatekeeper import gatekeeper
from ..kyverno import kyverno
from ..shared.endpoints import LOKI_UID, TEMPO_UID, TRACE_ID
from . import alloy
from .monitoring import loki_monitoring
from .values import LOKI, NAMESPACE, loki_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _alloy_values(context: Context) -> Values:
    return alloy.alloy_values(context, LOKI)


def _manifests(chart: ManifestChart, _context: Context) -> None:
    for item in loki_monitoring():
        chart.add(item)


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server(alloy.NAME),
        within("loki", ports=("http-metrics",), because="sends logs", source=(alloy.NAME,)),
        within(
            "loki", ports=("http-memberlist", "grpc"), because="finds itself by its Service", source=("loki",)
        ),
    )


loki = Application(
    name="loki",
    flows=_flows,
    depends_on=(gatekeeper, kyverno),
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="the logs that say why the mesh does not work must not need it",
        ),
    ),
    charts=(
        Chart(
            repository="https://grafana-community.github.io/helm-charts",
            name="loki",
            version="18.11.0",
            values=loki_values,
        ),
        Chart(
            repository="https://grafana.github.io/helm-charts",
            name="alloy",
            version="1.11.1",
            values=_alloy_values,
        ),
    ),
    manifests=_manifests,
    run_time=RunTime(known_idle={alloy.NAME: "80-120Mi"}),
    data_sources=(
        DataSource(
            name="Loki",
            uid=LOKI_UID,
            type="loki",
            service=LOKI,
            settings={
                "maxLines": 1000,
                "derivedFields": [
                    {
                        "name": "trace",
                        "matcherType": "label",
                        "matcherRegex": TRACE_ID,
                        # $$: Grafana would take one $ for an environment variable.
                        "url": "$${__value.raw}",
                        "datasourceUid": TEMPO_UID,
                        "urlDisplayLabel": "Open the trace",
                    }
                ],
            },
        ),
    ),
)
