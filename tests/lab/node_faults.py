"""Things that go wrong below the platform: a node, the API server, a disk."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from . import pods
from .controlplane import serves
from .errors import fail

if TYPE_CHECKING:
    from .lab import Lab
    from .node import Node

NOT_READY_SECONDS = 120.0
BACK_SECONDS = 300.0
FULL = "/var/lib/kubelet/filled-by-the-lab"
FULL_SECONDS = 30.0


def node_dies(lab: Lab) -> str:
    """Kill the last node as a power cut would, wait until the cluster has seen it, and switch it on again."""
    node = lab.plane.nodes[-1]
    node.kill()
    seen = lab.wait(
        f"node {node.name} to be seen as gone", lambda: not _ready(lab, node), seconds=NOT_READY_SECONDS
    )
    lost = sum(pod["spec"].get("nodeName") == node.name for pod in lab.api.list("/api/v1/pods"))
    start = time.monotonic()
    node.start()
    lab.wait(f"node {node.name} to be Ready", lambda: _ready(lab, node), seconds=NOT_READY_SECONDS)
    ready = time.monotonic() - start
    settle(lab, BACK_SECONDS)
    return (
        f"{node.name} with {lost} pods: seen after {seen:.0f} s, Ready {ready:.0f} s after its start, "
        f"every pod Ready and everything Healthy after {time.monotonic() - start:.0f} s"
    )


def api_server_restarts(lab: Lab) -> str:
    """Kill the API server; its kubelet starts it again."""
    first = lab.plane.nodes[0]
    first.run("pkill", "--signal", "KILL", "--exact", "kube-apiserver")
    start = time.monotonic()
    lab.wait("the API server to be gone", lambda: not serves(lab.api), seconds=30)
    lab.wait("the API server to be back", lambda: serves(lab.api), seconds=NOT_READY_SECONDS)
    back = time.monotonic() - start
    settle(lab, BACK_SECONDS)
    return f"back after {back:.0f} s, everything Ready and Healthy after {time.monotonic() - start:.0f} s"


def disk_fills(lab: Lab) -> str:
    """Fill the disk of a node's pods: what runs goes on, and nothing is evicted, as KIND switches that off."""
    node = lab.plane.nodes[-1]
    before = {each["metadata"]["uid"] for each in _pods_of(lab, node) if pods.is_ready(each)}
    node.run("dd", "if=/dev/zero", f"of={FULL}", "bs=1M", seconds=300, check=False)
    try:
        more = node.run("dd", "if=/dev/zero", f"of={FULL}.more", "bs=1M", "count=8", check=False)
        if more.returncode == 0:
            fail("the disk of the node", "8 MiB more fit", "it to be full", FULL)
        time.sleep(FULL_SECONDS)
        stayed = {each["metadata"]["uid"] for each in _pods_of(lab, node) if pods.is_ready(each)}
        if before - stayed:
            fail(
                "pods on the full node",
                f"{len(before - stayed)} are no longer Ready",
                "all of them",
                lab.look(),
            )
    finally:
        node.run("rm", "-f", FULL, f"{FULL}.more")
    lab.wait_ready()
    return f"{len(before)} pods of {node.name} stayed Ready for {FULL_SECONDS:.0f} s"


def settle(lab: Lab, seconds: float) -> None:
    """Wait until every pod is Ready and every Application Synced and Healthy."""
    lab.wait("every pod to be Ready", lambda: not pods.waiting(lab.api), seconds=seconds)
    lab.wait_ready(seconds=seconds)


def _ready(lab: Lab, node: Node) -> bool:
    return pods.is_ready(lab.api.get(f"/api/v1/nodes/{node.name}") or {})


def _pods_of(lab: Lab, node: Node) -> list[dict[str, Any]]:
    return [each for each in lab.api.list("/api/v1/pods") if each["spec"].get("nodeName") == node.name]
