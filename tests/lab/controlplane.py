"""The cluster that `kind create cluster` leaves: nodes, and on them what the real kubeadm puts there."""

from __future__ import annotations

import base64
import concurrent.futures
import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from . import kind_addons, kubeadm
from .client import Api, ApiError
from .engines import OUTPUT
from .images import store
from .node import Node
from .processes import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from .kubeadm import ClusterDescription
    from .network import Network

CONFIG = "/etc/lab/kubeadm.yaml"
PKI = "etc/kubernetes/pki"


@dataclass(frozen=True)
class ControlPlane:
    """A running cluster: its nodes (the control plane first), its client, and the administrator's kubeconfig."""

    description: ClusterDescription
    nodes: tuple[Node, ...]
    api: Api
    kubeconfig: Path

    def node(self, name: str) -> Node:
        """Return a node by name."""
        return next(node for node in self.nodes if node.name == name)

    def etcd(self) -> tuple[str, int, ssl.SSLContext]:
        """Return where etcd answers, and what a client of it needs."""
        first = self.nodes[0]
        folder = first.root / PKI / "etcd"
        context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
        context.load_cert_chain(folder / "healthcheck-client.crt", folder / "healthcheck-client.key")
        return first.address, 2379, context

    def stop(self) -> None:
        """End the nodes, with everything on them."""
        for node in reversed(self.nodes):
            node.kill()


def create(
    description: ClusterDescription,
    network: Network,
    scratch: Path,
    mounts: dict[str, tuple[tuple[Path, str], ...]],
    images: Path,
) -> ControlPlane:
    """Make the nodes of a cluster and return when all have joined.

    Args:
        description: what kind.yaml asks for.
        network: the bridge.
        scratch: gets the nodes' folders.
        mounts: for each node its extraMounts: a folder here, and where its files are on the node.
        images: the root of a containerd with what every node has from the beginning.

    """
    for each in description.nodes:
        network.add(each.name)
    nodes = tuple(Node(each, network.names[each.name], scratch, network) for each in description.nodes)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    for node in nodes:
        config = kubeadm.configuration(description, node.description, network.names, memory)
        node.write({CONFIG: config})
        for source, path in mounts[node.name]:
            node.write({f"{path}/{file.name}": file.read_bytes() for file in source.iterdir()})
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda node: _start(node, images), nodes))
    program = str(OUTPUT / "kubernetes" / "kubeadm")
    first, *others = nodes
    first.run(program, "init", f"--config={CONFIG}", "--ignore-preflight-errors=all", seconds=180)
    kubeconfig = first.root / "etc/kubernetes/admin.conf"
    api = _client(first, scratch)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        joined = [
            pool.submit(
                node.run, program, "join", f"--config={CONFIG}", "--ignore-preflight-errors=all", seconds=180
            )
            for node in others
        ]
        kind_addons.install(api)
        for future in joined:
            future.result()
    wait_for(
        "all nodes to register",
        lambda: len(api.list("/api/v1/nodes")) == len(nodes),
        seconds=60,
        hint=f"read kubelet.log below {scratch / 'nodes'}",
        interval=0.2,
    )
    return ControlPlane(description, nodes, api, kubeconfig)


def _start(node: Node, images: Path) -> None:
    store.clone(images, node.folder / "containerd")
    node.start()


def _client(node: Node, scratch: Path) -> Api:
    """Return a client that is allowed everything: kubeadm's way in for when RBAC itself is broken."""
    config = yaml.safe_load((node.root / "etc/kubernetes/super-admin.conf").read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    context = ssl.create_default_context(cadata=_decode(cluster["certificate-authority-data"]).decode())
    pair = scratch / "super-admin.pem"
    pair.touch(mode=0o600)
    pair.write_bytes(_decode(user["client-certificate-data"]) + _decode(user["client-key-data"]))
    context.load_cert_chain(pair)
    return Api(node.address, kubeadm.API_PORT, context)


def _decode(text: str) -> bytes:
    return base64.b64decode(text)


def serves(api: Api) -> bool:
    """Say whether the API server answers and is ready."""
    try:
        api.call("GET", "/readyz")
    except (ApiError, OSError):
        return False
    return True
