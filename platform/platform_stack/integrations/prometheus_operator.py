"""The Prometheus operator: the pods that it makes of a Prometheus and of an Alertmanager.

Names, labels, ports and requests are those of its version 0.93 (pkg/prometheus/server/statefulset.go,
pkg/alertmanager/statefulset.go, pkg/operator/config_reloader.go, cmd/operator/main.go).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.kubernetes import full_name, group_of
from platform_stack.model.run_time import RuntimeWorkload
from platform_stack.quantity import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.model import Context
    from platform_stack.model.run_time import Objects

GROUP = "monitoring.coreos.com"

_RELOADER_DEFAULTS = {"cpu": "10m", "memory": "50Mi"}
_RELOADER_PORT = {"reloader-web": 8080}
_WEB = "web"
"""The name of the port where an object names none."""


def workloads(objects: Objects, _context: Context) -> tuple[RuntimeWorkload, ...]:
    """Return what the operator makes of the Prometheuses and Alertmanagers among an application's objects.

    For `RunTime(workloads=…)`. Each pod has a reloader of its configuration beside the program; what that asks for
    is read from the operator's flags, where its Deployment is among the objects.
    """
    reloader = _reloader(objects)
    return tuple(
        made
        for kind, maker in _MAKERS.items()
        for item in objects
        if item["kind"] == kind and group_of(item["apiVersion"]) == GROUP
        for made in maker(item, reloader)
    )


def _prometheus(item: Mapping[str, Any], reloader: Mapping[str, str]) -> Iterator[RuntimeWorkload]:
    spec, name = item.get("spec") or {}, item["metadata"]["name"]
    labels = {"app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": name}
    for shard in range(spec.get("shards", 1)):
        suffix = f"-shard-{shard}" if shard else ""
        ports = _web(spec, 9090)
        yield _stateful_set(item, f"prometheus-{name}{suffix}", labels, ports, [_requests(spec), reloader])


def _alertmanager(item: Mapping[str, Any], reloader: Mapping[str, str]) -> Iterator[RuntimeWorkload]:
    spec, name = item.get("spec") or {}, item["metadata"]["name"]
    labels = {"app.kubernetes.io/name": "alertmanager", "alertmanager": name}
    ports = {**_web(spec, 9093), "mesh-tcp": 9094}
    asked = {"memory": "200Mi", **_requests(spec)}
    yield _stateful_set(item, f"alertmanager-{name}", labels, ports, [asked, reloader])


_MAKERS = {"Prometheus": _prometheus, "Alertmanager": _alertmanager}


def _stateful_set(
    item: Mapping[str, Any],
    name: str,
    labels: Mapping[str, str],
    ports: Mapping[str, int],
    asked: list[Mapping[str, str]],
) -> RuntimeWorkload:
    spec = item.get("spec") or {}
    where = full_name(item["kind"], item["metadata"]["namespace"], item["metadata"]["name"])
    program = item["kind"].lower()
    beside = [one for one in spec.get("containers", ()) if one["name"] not in (program, "config-reloader")]
    asked = [*asked, *map(_requests, beside)]
    cpu = sum(quantity(one.get("cpu", 0), f"{where}: requests: cpu") for one in asked) * 1000
    memory = sum(quantity(one.get("memory", 0), f"{where}: requests: memory") for one in asked)
    return RuntimeWorkload(
        name=name,
        namespace=item["metadata"]["namespace"],
        kind="StatefulSet",
        labels=labels,
        ports={
            **ports,
            **{
                port["name"]: port["containerPort"]
                for one in beside
                for port in one.get("ports", ())
                if "name" in port
            },
        },
        cpu=f"{cpu:.0f}m" if cpu else None,
        memory=f"{memory:.0f}" if memory else None,
        replicas=spec.get("replicas", 1),
        service_account=spec.get("serviceAccountName", "default"),
    )


def _web(spec: Mapping[str, Any], port: int) -> dict[str, int]:
    """Return the ports of the program and of the reloader beside it: none where they listen to their own pod only."""
    return {} if spec.get("listenLocal") else {spec.get("portName", _WEB): port, **_RELOADER_PORT}


def _requests(holder: Mapping[str, Any]) -> dict[str, str]:
    return dict((holder.get("resources") or {}).get("requests") or {})


def _reloader(objects: Objects) -> dict[str, str]:
    """Return what a reloader asks for, from the flags of the operator; "0" is nothing."""
    flags = dict(
        str(word).lstrip("-").split("=", 1)
        for item in objects
        if item["kind"] == "Deployment"
        for container in item["spec"]["template"]["spec"]["containers"]
        for word in container.get("args", ())
        if str(word).lstrip("-").startswith("config-reloader-") and "=" in str(word)
    )
    return {
        resource: flags.get(f"config-reloader-{resource}-request", default)
        for resource, default in _RELOADER_DEFAULTS.items()
    }
