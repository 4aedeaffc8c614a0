"""What the operator makes, against what it was seen to make (its own tests, version 0.93)."""

from __future__ import annotations

from typing import Any

import pytest

from platform_stack import Cluster, Context, Platform, RuntimeWorkload
from platform_stack.integrations import prometheus_operator

CLUSTER = Cluster(name="kind", repo_url="https://git.example.test/platform")
CONTEXT = Context(Platform(applications=(), clusters=(CLUSTER,)), CLUSTER)


def an(kind: str, **spec: object) -> dict[str, Any]:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": kind,
        "metadata": {"name": "main", "namespace": "monitoring"},
        "spec": spec,
    }


def operator(*arguments: str) -> dict[str, Any]:
    pod = {"containers": [{"name": "operator", "args": list(arguments)}, {"name": "proxy"}]}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": pod}}}


def made(*objects: dict[str, Any]) -> tuple[RuntimeWorkload, ...]:
    return prometheus_operator.workloads(objects, CONTEXT)


def test_a_prometheus_is_what_its_object_says() -> None:
    spec: dict[str, object] = {
        "replicas": 2,
        "portName": "http-web",
        "serviceAccountName": "metrics",
        "resources": {"requests": {"cpu": "95m", "memory": "496Mi"}},
    }
    (one,) = made(
        operator("--config-reloader-cpu-request=5m", "-config-reloader-memory-request=16Mi"),
        an("Prometheus", **spec),
    )
    assert one == RuntimeWorkload(
        name="prometheus-main",
        namespace="monitoring",
        kind="StatefulSet",
        labels={"app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": "main"},
        ports={"http-web": 9090, "reloader-web": 8080},
        cpu="100m",
        memory=str(512 * 2**20),
        replicas=2,
        service_account="metrics",
    )


def test_what_an_object_leaves_out_is_what_the_operator_takes() -> None:
    prometheus, alertmanager = made(an("Prometheus"), an("Alertmanager"))
    assert (prometheus.cpu, prometheus.memory) == ("10m", str(50 * 2**20))
    assert (alertmanager.cpu, alertmanager.memory) == ("10m", str(250 * 2**20))
    assert prometheus.ports == {"web": 9090, "reloader-web": 8080}
    assert alertmanager.ports == {"web": 9093, "mesh-tcp": 9094, "reloader-web": 8080}
    assert alertmanager.labels == {"app.kubernetes.io/name": "alertmanager", "alertmanager": "main"}
    assert (prometheus.replicas, prometheus.service_account) == (1, "default")


def test_a_shard_is_a_workload() -> None:
    names = [one.name for one in made(an("Prometheus", shards=3))]
    assert names == ["prometheus-main", "prometheus-main-shard-1", "prometheus-main-shard-2"]


def test_who_listens_to_its_own_pod_only_has_no_port() -> None:
    prometheus, alertmanager = made(an("Prometheus", listenLocal=True), an("Alertmanager", listenLocal=True))
    assert prometheus.ports == {}
    assert alertmanager.ports == {"mesh-tcp": 9094}


def test_another_container_counts_and_a_patch_of_the_operators_own_does_not() -> None:
    beside = {
        "name": "proxy",
        "ports": [{"name": "proxy", "containerPort": 4180}],
        "resources": {"requests": {"cpu": "1m"}},
    }
    patch = {"name": "prometheus", "resources": {"requests": {"cpu": "1"}}}
    (one,) = made(an("Prometheus", containers=[beside, patch]))
    assert one.cpu == "11m"
    assert one.ports["proxy"] == 4180


def test_a_reloader_that_asks_for_nothing() -> None:
    none = operator("--config-reloader-cpu-request=0", "--config-reloader-memory-request=0")
    (one,) = made(none, an("Prometheus"))
    assert (one.cpu, one.memory) == (None, None)


@pytest.mark.parametrize("kind", ["ServiceMonitor", "PrometheusRule"])
def test_other_kinds_make_no_pods(kind: str) -> None:
    assert made(an(kind)) == ()


def test_another_operators_prometheus_is_not_meant() -> None:
    assert made({**an("Prometheus"), "apiVersion": "example.test/v1"}) == ()
