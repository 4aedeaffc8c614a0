"""Reads a running cluster for the network check.

From objects as the API server gives them, and from the ids of processes, which the machine below the nodes knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .errors import fail
from .live import Balanced, LiveCluster, LiveNode, LivePod, PodPort, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from .client import Api, Object

COLLECTIONS = {
    "Pod": "/api/v1/pods",
    "Node": "/api/v1/nodes",
    "Namespace": "/api/v1/namespaces",
    "Service": "/api/v1/services",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/endpointslices",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/networkpolicies",
    "CiliumNetworkPolicy": "/apis/cilium.io/v2/ciliumnetworkpolicies",
    "CiliumClusterwideNetworkPolicy": "/apis/cilium.io/v2/ciliumclusterwidenetworkpolicies",
}
"""What is read of the API server, by kind."""

POLICIES = {
    "NetworkPolicy": "networking.k8s.io/v1",
    "CiliumNetworkPolicy": "cilium.io/v2",
    "CiliumClusterwideNetworkPolicy": "cilium.io/v2",
}

# The kubelet names a pod's cgroup by its UID (systemd's driver writes underscores).
_POD_CGROUP = re.compile(r"[/-]pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})\b")


def read(api: Api) -> dict[str, list[Object]]:
    """Return what `cluster_of` reads, by kind."""
    return {kind: api.list(path) for kind, path in COLLECTIONS.items()}


def cluster_of(
    objects: Mapping[str, Iterable[Object]],
    pod_pids: Mapping[str, int],
    node_pids: Mapping[str, int],
    world: World,
) -> LiveCluster:
    """Return the cluster that objects describe.

    Args:
        objects: by kind, see COLLECTIONS.
        pod_pids: a process of each pod, by the pod's UID (`pids_of_pods`).
        node_pids: a process of each node outside its pods, by its name.
        world: what is outside.

    Raises:
        LabError: a running pod or a node without a process, or a cluster without its API server or DNS.

    """
    pods = tuple(_pods(objects["Pod"], pod_pids))
    services = {
        (item["metadata"]["namespace"], item["metadata"]["name"]): item for item in objects["Service"]
    }
    slices = list(objects["EndpointSlice"])
    api_server = list(_slices_of(slices, "default", "kubernetes"))
    addresses = {address for item in api_server for one in item["endpoints"] for address in one["addresses"]}
    nodes = tuple(_nodes(objects["Node"], node_pids, addresses))
    kubernetes, dns = services.get(("default", "kubernetes")), services.get(("kube-system", "kube-dns"))
    if kubernetes is None or dns is None or not any(node.api_server for node in nodes):
        fail(
            "Services of the cluster",
            f"{len(services)} Services, API server at {sorted(addresses)}",
            "default/kubernetes, which leads to a node, and kube-system/kube-dns",
            "has the cluster come up?",
        )
    return LiveCluster(
        pods=pods,
        nodes=nodes,
        world=world,
        balanced=tuple(_balanced(services, slices, pods)),
        namespaces={
            item["metadata"]["name"]: item["metadata"].get("labels") or {} for item in objects["Namespace"]
        },
        policies=tuple(_manifest(kind, item) for kind in POLICIES for item in objects[kind]),
        dns=dns["spec"]["clusterIP"],
        kubernetes=(kubernetes["spec"]["clusterIP"], kubernetes["spec"]["ports"][0]["port"]),
        api_port=api_server[0]["ports"][0]["port"],
    )


def pids_of_pods(proc: Path) -> dict[str, int]:
    """Return a process of each pod by the pod's UID, read from the cgroups in a /proc that sees all nodes."""
    found: dict[str, int] = {}
    for folder in sorted(
        (each for each in proc.iterdir() if each.name.isdigit()), key=lambda one: int(one.name)
    ):
        try:
            match = _POD_CGROUP.search((folder / "cgroup").read_text())
        except OSError:  # it has ended meanwhile
            continue
        if match:
            found.setdefault(match.group(1).replace("_", "-"), int(folder.name))
    return found


def _pods(items: Iterable[Object], pids: Mapping[str, int]) -> Iterator[LivePod]:
    for item in items:
        metadata, spec, status = item["metadata"], item["spec"], item.get("status", {})
        if status.get("phase") != "Running" or not status.get("podIP") or metadata.get("deletionTimestamp"):
            continue
        host_network = bool(spec.get("hostNetwork"))
        uid = metadata["uid"]
        if not host_network and uid not in pids:
            fail(
                f"pod {metadata['namespace']}/{metadata['name']}",
                f"no process in a cgroup pod{uid}",
                "one, because the pod is Running",
                "it may just have ended: read the cluster again",
            )
        # A sidecar is an init container that stays.
        containers = [
            *spec["containers"],
            *(one for one in spec.get("initContainers", ()) if one.get("restartPolicy") == "Always"),
        ]
        ports = {
            PodPort(port["containerPort"], port.get("protocol", "TCP"), port.get("name", ""))
            for container in containers
            for port in container.get("ports", ())
        }
        yield LivePod(
            metadata["namespace"],
            metadata["name"],
            status["podIP"],
            spec["nodeName"],
            metadata.get("labels") or {},
            tuple(sorted(ports, key=lambda port: (port.number, port.protocol, port.name))),
            host_network,
            0 if host_network else pids[uid],
        )


def _nodes(items: Iterable[Object], pids: Mapping[str, int], api_servers: set[str]) -> Iterator[LiveNode]:
    for item in items:
        name = item["metadata"]["name"]
        (ip,) = [each["address"] for each in item["status"]["addresses"] if each["type"] == "InternalIP"]
        if name not in pids:
            fail(
                f"node {name}",
                f"processes of {sorted(pids)}",
                "one of this node",
                "name nodes as Kubernetes does",
            )
        yield LiveNode(name, ip, pids[name], item["spec"]["podCIDR"], ip in api_servers)


def _slices_of(slices: Iterable[Object], namespace: str, service: str) -> Iterator[Object]:
    for item in slices:
        metadata = item["metadata"]
        labels = metadata.get("labels") or {}
        if metadata["namespace"] == namespace and labels.get("kubernetes.io/service-name") == service:
            yield item


def _balanced(
    services: Mapping[tuple[str, str], Object], slices: Iterable[Object], pods: Iterable[LivePod]
) -> Iterator[Balanced]:
    by_name = {(pod.namespace, pod.name): pod for pod in pods}
    for (namespace, name), item in sorted(services.items()):
        ingress = item.get("status", {}).get("loadBalancer", {}).get("ingress") or []
        for address in (each["ip"] for each in ingress if "ip" in each):
            for port in item["spec"]["ports"]:
                protocol = port.get("protocol", "TCP")
                for found in _slices_of(slices, namespace, name):
                    numbers = [
                        each["port"]
                        for each in found.get("ports") or ()
                        if (each.get("name") or "", each.get("protocol", "TCP"))
                        == (port.get("name") or "", protocol)
                    ]
                    targets = (each.get("targetRef", {}).get("name") for each in found.get("endpoints") or ())
                    backends = tuple(
                        by_name[namespace, target] for target in targets if (namespace, target) in by_name
                    )
                    if numbers and backends:
                        yield Balanced(
                            f"{namespace}/{name}", address, port["port"], protocol, numbers[0], backends
                        )


def _manifest(kind: str, item: Object) -> Object:
    """Return a policy as it was written, without what the API server and the agent add."""
    metadata = {key: item["metadata"][key] for key in ("name", "namespace") if key in item["metadata"]}
    written: Object = {key: item[key] for key in ("spec", "specs") if key in item}
    return {"apiVersion": POLICIES[kind], "kind": kind, "metadata": metadata, **written}
