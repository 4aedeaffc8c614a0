"""Grafana: dashboards as code, and how a data source is provisioned."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_stack.model.checked import checked
from platform_stack.model.roles import Dashboards
from platform_stack_imports import k8s

if TYPE_CHECKING:
    from platform_stack.model import DataSource
    from platform_stack.model.names import Text

DASHBOARD_LABEL = {"grafana_dashboard": "1"}
"""What its sidecar looks for, by the charts' default; in all namespaces, if it is told so."""

FOLDER = "grafana_folder"
"""Annotation of a dashboard's ConfigMap: the folder in Grafana, by the chart's `folderAnnotation`."""

_COLUMNS = 2
_WIDTH = 24 // _COLUMNS
_HEIGHT = 8


@checked("panel")
@dataclass(frozen=True)
class Panel:
    """A graph of a dashboard.

    Attributes:
        title: its title.
        expr: PromQL.
        legend: Grafana's legend format; default: Prometheus' own.
        unit: Grafana's unit (`short`, `s`, `bytes`, `reqps`, `percentunit`); default `short`.

    """

    title: Text
    expr: Text
    legend: str = ""
    unit: str = "short"


def dashboards(*, workloads: tuple[str, ...] = ()) -> Dashboards:
    """Return the role of an application that runs Grafana.

    Args:
        workloads: names of the application's workloads that query the data sources; default: all.

    """
    return Dashboards(workloads=workloads)


def provisioned(source: DataSource) -> dict[str, Any]:
    """Return a data source as Grafana's provisioning files hold it.

    https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
    """
    return {
        "name": source.name,
        "uid": source.uid,
        "type": source.type,
        "access": "proxy",
        "url": source.service.url,
        **({"isDefault": True} if source.is_default else {}),
        "jsonData": dict(source.settings),
    }


def dashboard(
    name: str, namespace: str, title: str, *panels: Panel, folder: str = "Platform"
) -> k8s.ConfigMap:
    """Return a ConfigMap with a Grafana dashboard: the panels in two columns, over the default data source.

    The dashboard's uid is `name`; it lies in Grafana's `folder`.
    """
    model: dict[str, Any] = {
        "uid": name,
        "title": title,
        "tags": ["platform"],
        "editable": False,
        "refresh": "1m",
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "hide": 2}]
        },
        "panels": [_panel(position, panel) for position, panel in enumerate(panels)],
    }
    return k8s.ConfigMap(
        metadata=k8s.ObjectMeta(
            name=f"dashboard-{name}",
            namespace=namespace,
            labels=DASHBOARD_LABEL,
            annotations={FOLDER: folder},
        ),
        data={f"{name}.json": json.dumps(model, indent=1, sort_keys=True) + "\n"},
    )


def _panel(position: int, panel: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${datasource}"}
    return {
        "id": position + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": {
            "h": _HEIGHT,
            "w": _WIDTH,
            "x": position % _COLUMNS * _WIDTH,
            "y": position // _COLUMNS * _HEIGHT,
        },
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [
            {
                "refId": "A",
                "datasource": source,
                "expr": panel.expr,
                "legendFormat": panel.legend or "__auto",
            }
        ],
    }
