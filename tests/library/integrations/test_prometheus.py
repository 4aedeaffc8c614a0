"""What monitors ask for, and how it becomes pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from platform_stack.integrations import prometheus
from platform_stack.typed import to_manifest
from tests.library.integrations.small import application, estate, flows

if TYPE_CHECKING:
    from platform_stack.model.roles import MetricsEndpoint


def monitor(kind: str, **spec: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a monitor may hold
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": kind,
        "metadata": {"name": "m", "namespace": "web"},
        "spec": spec,
    }


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (monitor("ServiceMonitor", endpoints=[{"port": "http"}]), [("Service", "http", "Service", ("web",))]),
        (monitor("ServiceMonitor", endpoints=[{"targetPort": 80}]), [("Service", 80, "Pod", ("web",))]),
        (monitor("PodMonitor", podMetricsEndpoints=[{"port": "http"}]), [("Pod", "http", "Pod", ("web",))]),
        (monitor("PodMonitor", podMetricsEndpoints=[{"portNumber": 80}]), [("Pod", 80, "Pod", ("web",))]),
        (
            monitor("PodMonitor", podMetricsEndpoints=[{"port": "a"}], namespaceSelector={"any": True}),
            [("Pod", "a", "Pod", None)],
        ),
        (
            monitor(
                "PodMonitor",
                podMetricsEndpoints=[{"port": "a"}],
                namespaceSelector={"matchNames": ["x", "y"]},
            ),
            [("Pod", "a", "Pod", ("x", "y"))],
        ),
        (monitor("ServiceMonitor"), []),
    ],
)
def test_what_a_monitor_asks_for(item: dict[str, Any], found: list[object]) -> None:
    asked: tuple[MetricsEndpoint, ...] = prometheus.scraper().endpoints(item)
    assert [(one.selects, one.port, one.port_of, one.namespaces) for one in asked] == found


POD_MONITOR = to_manifest(prometheus.pod_monitor("web", "web", labels={"app": "web"}, port="p80"))


def test_each_scraper_goes_where_monitors_lead() -> None:
    members = (
        application("web"),
        application("one", roles=(prometheus.scraper(),)),
        application("two", roles=(prometheus.scraper(workloads=("two",)),)),
    )
    assert flows(estate(*members, more={"web": [POD_MONITOR]})) == {("one", "web", 80), ("two", "web", 80)}


def test_nobody_comes_where_nobody_reads_monitors() -> None:
    assert flows(estate(application("web"), application("one"), more={"web": [POD_MONITOR]})) == set()


@pytest.mark.parametrize(
    ("operator", "values", "selected"),
    [("In", ["web"], True), ("In", ["store"], False), ("NotIn", ["web"], False), ("NotIn", ["store"], True)],
)
def test_expressions_of_a_pod_monitor_are_read(operator: str, values: list[str], *, selected: bool) -> None:
    expression = {"key": "app", "operator": operator, "values": values}
    item = monitor(
        "PodMonitor", podMetricsEndpoints=[{"port": "p80"}], selector={"matchExpressions": [expression]}
    )
    reader = application("one", roles=(prometheus.scraper(),))
    found = flows(estate(application("web"), reader, more={"web": [item]}))
    assert found == ({("one", "web", 80)} if selected else set())
