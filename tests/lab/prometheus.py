"""What Prometheus' operator does, where it is a stand-in: StatefulSets and the status of what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .pods import running

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .client import Api, Object

OPERATOR = {"app.kubernetes.io/component": "prometheus-operator"}
GROUP = "/apis/monitoring.coreos.com/v1"
RELOADER_ARGUMENT = "--prometheus-config-reloader="
RELOADER_PORT = 8080
# What the operator gives the reloader, by its own defaults: the chart overrides it with arguments.
RELOADER_RESOURCES = {"requests": {"cpu": "5m", "memory": "16Mi"}, "limits": {"memory": "48Mi"}}
# Of each kind: its plural and its ports.
KINDS: dict[str, tuple[str, dict[str, int]]] = {
    "Prometheus": ("prometheuses", {"http-web": 9090}),
    "Alertmanager": ("alertmanagers", {"http-web": 9093, "mesh-tcp": 9094}),
}


def operate_prometheus(api: Api) -> None:
    """Make what is missing, and say Available of what runs."""
    for kind, (plural, ports) in KINDS.items():
        items = api.list(f"{GROUP}/{plural}")
        if not items or not running(api, OPERATOR):
            continue
        reloader = reloader_image(api.list("/apis/apps/v1/deployments"))
        for item in items:
            wanted = stateful_set(kind, item, ports, reloader)
            path = api.path_of(wanted)
            found = api.get(path)
            if found is None:
                api.create(_service(wanted))
                api.create(wanted)
                continue
            ready = found.get("status", {}).get("readyReplicas", 0)
            _report(api, item, ready)


def reloader_image(objects: Iterable[Object]) -> str:
    """Return the image of the reloader, which is an argument of the operator's Deployment."""
    return next(
        str(argument).removeprefix(RELOADER_ARGUMENT)
        for item in objects
        if item.get("kind", "Deployment") == "Deployment"
        for container in item["spec"]["template"]["spec"]["containers"]
        for argument in container.get("args") or ()
        if argument.startswith(RELOADER_ARGUMENT)
    )


def stateful_set(kind: str, item: Object, ports: dict[str, int], reloader_image: str) -> Object:
    """Return the StatefulSet of one Prometheus or Alertmanager, with the server and its reloader."""
    name, spec = kind.lower(), item["spec"]
    own = item["metadata"]["name"]
    labels = {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": own,
        "app.kubernetes.io/managed-by": "prometheus-operator",
        name: own,
        **({"operator.prometheus.io/name": own} if kind == "Prometheus" else {}),
    }
    hardened = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    probe = {"httpGet": {"path": "/-/ready", "port": "http-web"}}
    server: dict[str, Any] = {
        "name": name,
        "image": spec["image"],
        "ports": [{"name": port, "containerPort": number} for port, number in ports.items()],
        "resources": spec.get("resources", {}),
        "securityContext": hardened,
        "readinessProbe": probe,
        "startupProbe": {**probe, "failureThreshold": 60},
        "volumeMounts": [{"name": f"{name}-{own}-db", "mountPath": f"/{name}"}],
    }
    reloader = {
        "name": "config-reloader",
        "image": reloader_image,
        "command": ["/bin/prometheus-config-reloader"],
        "ports": [{"name": "reloader-web", "containerPort": RELOADER_PORT}],
        "resources": RELOADER_RESOURCES,
        "securityContext": hardened,
    }
    pod: dict[str, Any] = {
        "serviceAccountName": spec["serviceAccountName"],
        "automountServiceAccountToken": spec.get("automountServiceAccountToken", True),
        "securityContext": spec.get("securityContext", {}),
        "containers": [server, reloader],
        "terminationGracePeriodSeconds": 10,
    }
    claims = []
    template = spec.get("storage", {}).get("volumeClaimTemplate")
    if template:
        claims = [{"metadata": {"name": f"{name}-{own}-db"}, "spec": template["spec"]}]
    else:
        pod["volumes"] = [{"name": f"{name}-{own}-db", "emptyDir": {}}]
    owner = {key: item["metadata"][key] for key in ("name", "uid")}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {
            "name": f"{name}-{own}",
            "namespace": item["metadata"]["namespace"],
            "labels": labels,
            "ownerReferences": [
                {"apiVersion": item["apiVersion"], "kind": kind, "controller": True, **owner}
            ],
        },
        "spec": {
            "replicas": spec.get("replicas", 1),
            "serviceName": f"{name}-operated",
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
            "volumeClaimTemplates": claims,
        },
    }


def _service(wanted: Object) -> Object:
    """Return the headless Service that governs a StatefulSet."""
    ports = wanted["spec"]["template"]["spec"]["containers"][0]["ports"]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": wanted["spec"]["serviceName"],
            "namespace": wanted["metadata"]["namespace"],
            "ownerReferences": [{**wanted["metadata"]["ownerReferences"][0], "controller": False}],
        },
        "spec": {
            "clusterIP": "None",
            "selector": {
                "app.kubernetes.io/name": wanted["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]
            },
            "ports": [{"name": port["name"], "port": port["containerPort"]} for port in ports],
        },
    }


def _report(api: Api, item: Object, ready: int) -> None:
    replicas = item["spec"].get("replicas", 1)
    available = "True" if ready == replicas else "False"
    status = item.get("status", {})
    if any(
        each["type"] == "Available" and each["status"] == available for each in status.get("conditions", [])
    ):
        return
    condition = {
        "type": "Available",
        "status": available,
        "reason": "",
        "message": "by an actor of the lab",
        "lastTransitionTime": item["metadata"]["creationTimestamp"],
        "observedGeneration": item["metadata"]["generation"],
    }
    report = {
        "paused": False,
        "replicas": replicas,
        "updatedReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": replicas - ready,
        "conditions": [condition],
    }
    api.merge(f"{api.path_of(item)}/status", {"status": report})
