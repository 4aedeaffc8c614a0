"""Objects are judged as the API server stores them, which no render shows."""

from __future__ import annotations

from typing import Any

import pytest

from platform_stack import Context
from platform_stack.admission import Estate, exceptions
from platform_stack.admission.stored import stored
from platform_stack.kubernetes import POD_MAKERS, full_name, pod_template
from platform_stack.model import RuntimeWorkload
from platform_stack.model.cluster import PROFILES
from tests.policies.estate import estate, platform, synthesized


def pod(ports: list[dict[str, Any]], *, host: bool) -> dict[str, Any]:
    containers = [{"name": "a", "ports": ports}, {"name": "b"}]
    return {"hostNetwork": host, "containers": containers, "initContainers": [{"name": "c", "ports": ports}]}


def made(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": "web", "namespace": "web"}
    if kind == "Pod":
        return {"kind": kind, "metadata": metadata, "spec": spec}
    template: dict[str, Any] = {"spec": {"template": {"spec": spec}}}
    return {
        "kind": kind,
        "metadata": metadata,
        **({"spec": {"jobTemplate": template}} if kind == "CronJob" else template),
    }


@pytest.mark.parametrize("kind", ["Pod", *POD_MAKERS])
def test_on_the_hosts_network_a_port_is_the_nodes(kind: str) -> None:
    item = made(kind, pod([{"containerPort": 1}, {"containerPort": 2, "hostPort": 3}], host=True))
    spec = pod_template(stored(item))["spec"]
    for container in (spec["containers"][0], *spec["initContainers"]):
        assert [port["hostPort"] for port in container["ports"]] == [1, 3]
    # What was written is somebody's fact.
    assert "hostPort" not in pod_template(item)["spec"]["containers"][0]["ports"][0]


@pytest.mark.parametrize("kind", ["Pod", *POD_MAKERS])
def test_elsewhere_it_is_not(kind: str) -> None:
    item = made(kind, pod([{"containerPort": 1}], host=False))
    assert stored(item) == item


def test_null_is_not_there() -> None:
    assert stored({"kind": "Service", "spec": {"a": None, "b": [{"c": None, "d": 1}]}}) == {
        "kind": "Service",
        "spec": {"b": [{"d": 1}]},
    }


def test_who_takes_a_port_of_the_node_is_excepted_and_nobody_else() -> None:
    """The same as the engines say (make policies), for each chart's next version."""
    taking, declared = set(), set()
    for profile in PROFILES:
        for item in map(stored, estate(profile)):
            spec = pod_template(item).get("spec") or {} if item["kind"] in ("Pod", *POD_MAKERS) else {}
            containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
            if any(port.get("hostPort") for each in containers for port in each.get("ports") or ()):
                taking.add(full_name(item["kind"], item["metadata"]["namespace"], item["metadata"]["name"]))
        result = synthesized(profile)
        known = exceptions(Estate(Context(platform(profile), result.cluster), result.objects))
        declared |= {
            one.target
            for one in known["pod-security-host-ports"]
            if not isinstance(one.item, RuntimeWorkload)
        }
    assert taking == declared
    assert "DaemonSet node-monitoring/node-exporter" in taking
