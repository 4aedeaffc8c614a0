"""What KIND tells kubeadm, from a kind.yaml: the nodes that it asks for, and each one's configuration.

The real kubeadm runs in the lab, with the configuration that KIND would write (pkg/cluster/internal/kubeadm in
sigs.k8s.io/kind) and the patches of kind.yaml merged into it, as KIND merges them.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.kubernetes import KUBERNETES_VERSION

if TYPE_CHECKING:
    from pathlib import Path

SERVICE_SUBNET = "10.96.0.0/16"
TOKEN = "abcdef.0123456789abcdef"  # noqa: S105 - KIND's own well-known one, good for a minute in a network of its own
API_PORT = 6443
API_VERSION = "kubeadm.k8s.io/v1beta3"  # what KIND writes, and what patches in kind.yaml are written for
# The laptop profile: 4 CPU and 8 GB on two nodes.
NODE_MEMORY_MIB = 4096


@dataclass(frozen=True)
class NodeDescription:
    """One node of a kind.yaml, under the name that KIND gives it.

    `patches` are the kubeadm patches that hold for it, `mounts` its extraMounts (source, path in the node).
    """

    name: str
    control_plane: bool
    labels: dict[str, str]
    patches: tuple[dict[str, Any], ...]
    mounts: tuple[tuple[str, str], ...]
    memory_mib: int = NODE_MEMORY_MIB


@dataclass(frozen=True)
class ClusterDescription:
    """A kind.yaml: the name of the cluster, its nodes (the control plane first) and its network."""

    name: str
    nodes: tuple[NodeDescription, ...]
    pod_subnet: str
    kube_proxy: bool


def read(path: Path) -> ClusterDescription:
    """Return what a kind.yaml asks for."""
    config: dict[str, Any] = yaml.safe_load(path.read_text())
    networking = config.get("networking", {})
    nodes = []
    workers = 0
    for node in config.get("nodes") or [{"role": "control-plane"}]:
        control_plane = node.get("role") == "control-plane"
        workers += 0 if control_plane else 1
        suffix = "control-plane" if control_plane else "worker" + (str(workers) if workers > 1 else "")
        patches = [*config.get("kubeadmConfigPatches", []), *node.get("kubeadmConfigPatches", [])]
        nodes.append(
            NodeDescription(
                name=f"{config['name']}-{suffix}",
                control_plane=control_plane,
                labels=node.get("labels", {}),
                patches=tuple(yaml.safe_load(patch) for patch in patches),
                mounts=tuple(
                    (each["hostPath"], each["containerPath"]) for each in node.get("extraMounts", [])
                ),
            )
        )
    nodes.sort(key=lambda node: not node.control_plane)
    return ClusterDescription(
        name=config["name"],
        nodes=tuple(nodes),
        pod_subnet=networking.get("podSubnet", "10.244.0.0/16"),
        kube_proxy=networking.get("kubeProxyMode") != "none",
    )


def configuration(
    cluster: ClusterDescription, node: NodeDescription, addresses: dict[str, str], memory_mib: int
) -> str:
    """Return the configuration that kubeadm gets on one node, as YAML.

    Args:
        cluster: the whole of it.
        node: the node.
        addresses: the address of each node by name.
        memory_mib: of the machine. What a node of the laptop would not have is reserved, so that the scheduler
            sees a node of its size.

    """
    address = addresses[node.name]
    endpoint = f"{cluster.nodes[0].name}:{API_PORT}"
    local = {"advertiseAddress": address, "bindPort": API_PORT}
    registration = {
        "criSocket": "unix:///run/containerd/containerd.sock",
        "imagePullPolicy": "IfNotPresent",
        "kubeletExtraArgs": {
            "node-ip": address,
            "hostname-override": node.name,
            "provider-id": f"kind://lab/{cluster.name}/{node.name}",
            "node-labels": ",".join(f"{key}={value}" for key, value in sorted(node.labels.items())),
        },
    }
    documents: list[dict[str, Any]] = [
        {
            "apiVersion": API_VERSION,
            "kind": "ClusterConfiguration",
            "kubernetesVersion": f"v{KUBERNETES_VERSION}",
            "clusterName": cluster.name,
            "controlPlaneEndpoint": endpoint,
            "apiServer": {"certSANs": ["localhost", address]},
            "networking": {"podSubnet": cluster.pod_subnet, "serviceSubnet": SERVICE_SUBNET},
            # Nothing needs to survive a power cut, and on the disk of a busy machine a sync takes a second.
            "etcd": {"local": {"extraArgs": {"unsafe-no-fsync": "true"}}},
        },
        {
            "apiVersion": API_VERSION,
            "kind": "InitConfiguration",
            "bootstrapTokens": [{"token": TOKEN}],
            "localAPIEndpoint": local,
            "nodeRegistration": registration,
            "skipPhases": ["preflight", *([] if cluster.kube_proxy else ["addon/kube-proxy"])],
        },
        {
            "apiVersion": API_VERSION,
            "kind": "JoinConfiguration",
            **({"controlPlane": {"localAPIEndpoint": local}} if node.control_plane else {}),
            "nodeRegistration": registration,
            "discovery": {
                "bootstrapToken": {
                    "apiServerEndpoint": endpoint,
                    "token": TOKEN,
                    "unsafeSkipCAVerification": True,
                }
            },
            "skipPhases": ["preflight"],
        },
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "cgroupDriver": "cgroupfs",
            "failCgroupV1": False,
            "failSwapOn": False,
            "imageGCHighThresholdPercent": 100,
            # KIND's own: the disk is the machine's, not the node's.
            "evictionHard": {"nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%"},
            "systemReserved": {"memory": f"{max(0, memory_mib - node.memory_mib)}Mi"},
            "resolvConf": "/etc/resolv.conf",
            "serializeImagePulls": False,
        },
    ]
    for patch in node.patches:
        for document in documents:
            if (
                patch.get("kind") == document["kind"]
                and patch.get("apiVersion", document["apiVersion"]) == document["apiVersion"]
            ):
                document.update(_merge(document, patch))
    return yaml.safe_dump_all(documents, sort_keys=False)


def _merge(value: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Merge as RFC 7386 says: maps deeply, everything else is replaced, null removes."""
    merged = copy.deepcopy(value)
    for key, new in patch.items():
        if new is None:
            merged.pop(key, None)
        elif isinstance(new, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], new)
        else:
            merged[key] = new
    return merged
