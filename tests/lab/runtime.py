"""What operators of other platforms than the reference make: pods, Secrets, and the status that Argo CD waits for.

Each is done only while a pod of the operator is Ready, as the actors of the reference platform do it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_stack.synth import synthesize

from .pods import is_ready, running

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from platform_stack import Application, RuntimeWorkload

    from .authority import Authority
    from .client import Api, Object
    from .platform import Platform

GATEWAY_API = "/apis/gateway.networking.k8s.io/v1"
ENVOY_GATEWAY = {"app.kubernetes.io/name": "gateway-helm"}
EXTERNAL_SECRETS_API = "/apis/external-secrets.io/v1"
EXTERNAL_SECRETS = {"app.kubernetes.io/name": "external-secrets"}
VICTORIA_METRICS_API = "/apis/operator.victoriametrics.com/v1beta1"
VICTORIA_METRICS = {"app.kubernetes.io/name": "victoria-metrics-operator"}


@dataclass(frozen=True)
class Made:
    """Pods that an application's operator makes, and the Secrets; `namespaces` are where its own pods may be."""

    namespaces: frozenset[str]
    workloads: tuple[Object, ...]
    secrets: tuple[tuple[str, str], ...]
    authority: Authority

    def __call__(self, api: Api) -> None:
        """Make what is missing: Secrets first, which the operator itself may wait for."""
        for namespace, name in self.secrets:
            if api.get(f"/api/v1/namespaces/{namespace}") is not None:
                api.create(_secret(namespace, name, self.authority.issue(())))
        if not any(
            is_ready(pod)
            for namespace in sorted(self.namespaces)
            for pod in api.list(f"/api/v1/namespaces/{namespace}/pods")
        ):
            return
        for item in self.workloads:
            metadata = item["metadata"]
            if api.get(f"/api/v1/namespaces/{metadata['namespace']}") is None:
                continue
            account = item["spec"]["template"]["spec"]["serviceAccountName"]
            if account != "default":
                named = {"name": account, "namespace": metadata["namespace"]}
                api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": named})
            api.create(item)


def workloads(platform: Platform) -> list[Object]:
    """Return the pods that are declared to be made at run time; those of the reference have actors of their own."""
    if platform.is_reference:
        return []
    return [item for items in _workloads(platform).values() for item in items]


def operators(platform: Platform, authority: Authority) -> tuple[Callable[[Api], None], ...]:
    """Return what the operators of a platform do; nothing for the reference, see actors.py."""
    if platform.is_reference:
        return ()
    pods = _workloads(platform)
    made = tuple(
        Made(
            frozenset(namespace.name for namespace in member.namespaces),
            tuple(pods[member.name]),
            tuple(_secrets(member)),
            authority,
        )
        for member in platform.declared.members
    )
    return (*made, report_gateways, report_external_secrets, report_victoria_metrics)


def report_gateways(api: Api) -> None:
    """Accept what there is of the Gateway API, as Envoy Gateway does."""
    classes = api.list(f"{GATEWAY_API}/gatewayclasses")
    if not classes or not running(api, ENVOY_GATEWAY):
        return
    for item in classes:
        _status(api, item, {"conditions": _conditions(item, "Accepted")})
    for item in api.list(f"{GATEWAY_API}/gateways"):
        _status(api, item, {"conditions": _conditions(item, "Accepted", "Programmed")})
    for item in api.list(f"{GATEWAY_API}/httproutes"):
        parents = [
            {
                "parentRef": parent,
                "controllerName": "gateway.envoyproxy.io/gatewayclass-controller",
                "conditions": _conditions(item, "Accepted", "ResolvedRefs"),
            }
            for parent in item["spec"].get("parentRefs", [])
        ]
        _status(api, item, {"parents": parents})


def report_external_secrets(api: Api) -> None:
    """Call stores ready, and make the Secret of each ExternalSecret, with values that mean nothing."""
    stores = api.list(f"{EXTERNAL_SECRETS_API}/clustersecretstores")
    if not stores or not running(api, EXTERNAL_SECRETS):
        return
    for item in stores:
        _status(api, item, {"conditions": _conditions(item, "Ready")})
    for item in api.list(f"{EXTERNAL_SECRETS_API}/externalsecrets"):
        values = {each["secretKey"]: b"made by the lab" for each in item["spec"].get("data", [])}
        api.create(_secret(item["metadata"]["namespace"], item["metadata"]["name"], values))
        _status(api, item, {"conditions": _conditions(item, "Ready")})


def report_victoria_metrics(api: Api) -> None:
    """Call agents and stores operational."""
    for plural in ("vmagents", "vmsingles"):
        items = api.list(f"{VICTORIA_METRICS_API}/{plural}")
        if items and running(api, VICTORIA_METRICS):
            for item in items:
                generation = item["metadata"]["generation"]
                _status(api, item, {"updateStatus": "operational", "observedGeneration": generation})


def _workloads(platform: Platform) -> dict[str, list[Object]]:
    """Return the pods that operators make, by the application; what no label finds is on the node's network."""
    (made,) = synthesize(platform.declared)
    return {
        name: [_workload(each) for each in declared if each.labels]
        for name, declared in made.estate.runtime_workloads.items()
    }


def _workload(declared: RuntimeWorkload) -> Object:
    labels = dict(declared.labels)
    container = {
        "name": "main",
        "image": f"lab.invalid/{declared.namespace}/{declared.name}:1",
        "ports": [{"name": name, "containerPort": port} for name, port in sorted(declared.ports.items())],
        "resources": {"requests": {"cpu": declared.cpu, "memory": declared.memory}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "serviceAccountName": declared.service_account,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    spec: dict[str, Any] = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    if declared.kind != "DaemonSet":
        spec["replicas"] = declared.replicas
    if declared.kind == "StatefulSet":
        spec["serviceName"] = declared.name
    metadata = {"name": declared.name, "namespace": declared.namespace}
    return {"apiVersion": "apps/v1", "kind": declared.kind, "metadata": metadata, "spec": spec}


def _secrets(member: Application) -> Sequence[tuple[str, str]]:
    """Return namespace and name of the Secrets that are declared to be made at run time, and not by bootstrap.sh."""
    found = []
    for name, who in member.run_time.objects.items():
        kind, _, path = name.partition(" ")
        if kind == "Secret" and not who.startswith("bootstrap.sh"):
            namespace, _, own = path.partition("/")
            found.append((namespace, own))
    return found


def _secret(namespace: str, name: str, values: dict[str, bytes]) -> Object:
    data = {key: base64.b64encode(value).decode() for key, value in values.items()}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


def _conditions(item: Object, *kinds: str) -> list[Object]:
    return [
        {
            "type": kind,
            "status": "True",
            "reason": kind,
            "message": "by an actor of the lab",
            "observedGeneration": item["metadata"]["generation"],
            "lastTransitionTime": item["metadata"]["creationTimestamp"],
        }
        for kind in kinds
    ]


def _status(api: Api, item: Object, status: Object) -> None:
    """Write a status that is not there yet."""
    if any(item.get("status", {}).get(key) != value for key, value in status.items()):
        api.merge(f"{api.path_of(item)}/status", {"status": status})
