"""What monitors ask for, and how it becomes pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from platform_stack import Application, Cluster, Context, Namespace, Platform
from platform_stack.estate import Estate
from platform_stack.integrations import prometheus
from platform_stack.network.resolve import resolve
from platform_stack.typed import to_manifest

if TYPE_CHECKING:
    from platform_stack.model.roles import MetricsEndpoint

CLUSTER = Cluster(name="kind", repo_url="https://git.example.test/platform")


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


def deployment(name: str, *ports: int) -> dict[str, Any]:
    labels = {"app": name}
    containers = [{"name": name, "ports": [{"containerPort": port, "name": f"p{port}"} for port in ports]}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": name},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }


def application(name: str, **more: Any) -> Application:  # noqa: ANN401  any field of an application
    return Application(name=name, namespaces=(Namespace(name=name),), **more)


def flows(*members: Application, web: list[dict[str, Any]]) -> set[tuple[str, str, int]]:
    platform = Platform(applications=members, clusters=(CLUSTER,))
    objects = {member.name: [deployment(member.name, 80)] for member in members}
    objects["web"] += web
    found = resolve(Estate(Context(platform, CLUSTER), objects)).flows
    return {(getattr(one.source, "name", ""), getattr(one.target, "name", ""), one.port) for one in found}


POD_MONITOR = to_manifest(prometheus.pod_monitor("web", "web", labels={"app": "web"}, port="p80"))


def test_each_scraper_goes_where_monitors_lead() -> None:
    members = (
        application("web"),
        application("one", roles=(prometheus.scraper(),)),
        application("two", roles=(prometheus.scraper(workloads=("two",)),)),
    )
    assert flows(*members, web=[POD_MONITOR]) == {("one", "web", 80), ("two", "web", 80)}


def test_nobody_comes_where_nobody_reads_monitors() -> None:
    assert flows(application("web"), application("one"), web=[POD_MONITOR]) == set()


@pytest.mark.parametrize(
    ("operator", "values", "selected"),
    [("In", ["web"], True), ("In", ["store"], False), ("NotIn", ["web"], False), ("NotIn", ["store"], True)],
)
def test_expressions_of_a_pod_monitor_are_read(operator: str, values: list[str], *, selected: bool) -> None:
    expression = {"key": "app", "operator": operator, "values": values}
    item = monitor(
        "PodMonitor", podMetricsEndpoints=[{"port": "p80"}], selector={"matchExpressions": [expression]}
    )
    found = flows(application("web"), application("one", roles=(prometheus.scraper(),)), web=[item])
    assert found == ({("one", "web", 80)} if selected else set())
