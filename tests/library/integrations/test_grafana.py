"""Dashboards and data sources as Grafana takes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from platform_stack import DataSource, Panel, Service, dashboard, to_manifest
from platform_stack.integrations import grafana
from tests.library.integrations.snapshots import YamlFile, text

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def test_a_dashboard(snapshot: SnapshotAssertion) -> None:
    made = to_manifest(dashboard("web", "shop", "Web", Panel("Requests", "sum(rate(a[5m]))", "all", "reqps")))
    assert text(made) == snapshot.use_extension(YamlFile)


def test_panels_lie_in_two_columns() -> None:
    made = to_manifest(dashboard("web", "shop", "Web", *(Panel(f"{n}", "up") for n in range(3))))
    data = made["data"]
    assert isinstance(data, dict)
    panels = json.loads(data["web.json"])["panels"]
    assert [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in panels] == [(0, 0), (12, 0), (0, 8)]


def test_a_data_source_is_default_only_where_it_says_so() -> None:
    service = Service(name="loki", namespace="logs", port=3100)
    logs = DataSource(name="Logs", uid="logs", type="loki", service=service, settings={"maxLines": 10})
    assert grafana.provisioned(logs) == {
        "name": "Logs",
        "uid": "logs",
        "type": "loki",
        "access": "proxy",
        "url": "http://loki.logs.svc:3100",
        "jsonData": {"maxLines": 10},
    }
    default = DataSource(name="Logs", uid="logs", type="loki", service=service, is_default=True)
    assert grafana.provisioned(default)["isDefault"] is True
