"""The machines of the lab: the nodes that the cluster's kind.yaml asks for, as big as the laptop's.

KIND's own control plane takes part of them; its static pods and CoreDNS are created too, so that what the
scheduler has left to give is what it would have on the laptop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Api, Object

# The laptop profile: 4 CPU and 8 GB on two nodes.
NODE_CPU = "2"
NODE_MEMORY = "4Gi"
NODE_PODS = "110"  # kubeadm's default

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"

# What kubeadm's static pods request: (name, CPU, memory).
STATIC_PODS = (
    ("etcd", "100m", "100Mi"),
    ("kube-apiserver", "250m", "0"),
    ("kube-controller-manager", "200m", "0"),
    ("kube-scheduler", "100m", "0"),
)
# What KIND installs beside them: (namespace, name, replicas, CPU, memory).
KIND_DEPLOYMENTS = (
    ("kube-system", "coredns", 2, "100m", "70Mi"),
    ("local-path-storage", "local-path-provisioner", 1, "0", "0"),
)


@dataclass(frozen=True)
class Node:
    """One simulated machine: its name, its labels, and whether ordinary pods stay off it."""

    name: str
    labels: dict[str, str]
    control_plane: bool
    tainted: bool


def nodes_of(kind_file: Path, cluster: str) -> tuple[Node, ...]:
    """Return the nodes that a kind.yaml asks for, under the names that KIND gives them.

    KIND leaves kubeadm's NoSchedule taint on the control plane when there is another node, unless a kubeadm patch
    says `taints: []`.
    """
    config: dict[str, Any] = yaml.safe_load(kind_file.read_text()) if kind_file.is_file() else {}
    wanted = config.get("nodes") or [{"role": "control-plane"}, {"role": "worker"}]
    workers = 0
    found: list[Node] = []
    for node in wanted:
        control_plane = node.get("role") == "control-plane"
        workers += 0 if control_plane else 1
        suffix = "control-plane" if control_plane else "worker" + (str(workers) if workers > 1 else "")
        patches = [*config.get("kubeadmConfigPatches", []), *node.get("kubeadmConfigPatches", [])]
        untainted = any("taints: []" in str(patch) for patch in patches)
        name = f"{config.get('name', cluster)}-{suffix}"
        labels = {
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            **({CONTROL_PLANE: ""} if control_plane else {}),
            **node.get("labels", {}),
        }
        found.append(Node(name, labels, control_plane, control_plane and len(wanted) > 1 and not untainted))
    return tuple(found)


def create_nodes(api: Api, nodes: tuple[Node, ...]) -> None:
    """Create the Node objects, the StorageClass `standard` and what KIND itself runs on the nodes."""
    size = {"cpu": NODE_CPU, "memory": NODE_MEMORY, "pods": NODE_PODS}
    for index, node in enumerate(nodes):
        taints = [{"key": CONTROL_PLANE, "effect": "NoSchedule"}] if node.tainted else []
        item: Object = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": node.name, "labels": node.labels},
            "spec": {"taints": taints, "podCIDR": f"10.244.{index}.0/24"},
        }
        api.create(item)
        path = f"/api/v1/nodes/{node.name}"
        api.merge(f"{path}/status", {"status": {"allocatable": size, "capacity": size}})
        # The API server taints a node at its creation; the controller that would lift it does not run here.
        api.merge(path, {"spec": {"taints": taints}})
    api.create(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": "standard",
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            "provisioner": "rancher.io/local-path",
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "WaitForFirstConsumer",
        }
    )


def create_kind_workloads(api: Api, nodes: tuple[Node, ...]) -> None:
    """Create what KIND runs before anything of the platform: the requests count, the images do not."""
    control_plane = next(node for node in nodes if node.control_plane)
    for name, cpu, memory in STATIC_PODS:
        api.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": f"{name}-{control_plane.name}", "namespace": "kube-system"},
                "spec": {
                    "nodeName": control_plane.name,
                    "hostNetwork": True,
                    "tolerations": [{"operator": "Exists"}],
                    "containers": [_container(name, cpu, memory)],
                },
            }
        )
    for namespace, name, replicas, cpu, memory in KIND_DEPLOYMENTS:
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        api.create(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {
                    "replicas": replicas,
                    "selector": {"matchLabels": {"k8s-app": name}},
                    "template": {
                        "metadata": {"labels": {"k8s-app": name}},
                        "spec": {
                            "tolerations": [{"key": CONTROL_PLANE, "effect": "NoSchedule"}],
                            "containers": [_container(name, cpu, memory)],
                        },
                    },
                },
            }
        )


def _container(name: str, cpu: str, memory: str) -> Object:
    return {
        "name": name,
        "image": f"registry.k8s.io/{name}",
        "resources": {"requests": {"cpu": cpu, "memory": memory}},
    }
