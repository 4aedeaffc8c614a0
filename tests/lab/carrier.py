"""What carries the pods where the lab has not the platform's network: Cilium by its own chart, under it.

A network's program is its datapath in the kernel, which no stand-in can be. Cilium enforces NetworkPolicies as any
other does that reads them; what only the platform's own network would read, nobody does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.kubernetes import KUBERNETES_VERSION
from tests.engines import module_folder

from .charts import IN_MODULES, helm

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack import Cluster

    from .client import Object
    from .dist import Dist

CHART = "cilium"
SAID = "the platform's network is a stand-in: Cilium carries the pods, is kube-proxy, and enforces NetworkPolicies"


def is_needed(dist: Dist) -> bool:
    """Say whether the lab has no program for the platform's network."""
    return CHART not in {pin.chart for pin in dist.charts}


def objects(cluster: Cluster, folder: Path) -> list[Object]:
    """Return what its chart makes for a cluster, in the order of helm.

    Args:
        cluster: the cluster.
        folder: gets the file of values.

    """
    folder.mkdir()
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(_values(cluster.name, cluster.pod_network)))
    engine, module, path = IN_MODULES[CHART]
    chart = str(module_folder(engine, module) / path)
    where = "--namespace=kube-system", f"--kube-version={KUBERNETES_VERSION}", f"--values={file}"
    return [item for item in yaml.load_all(helm("template", CHART, chart, *where), yaml.CSafeLoader) if item]


def _values(cluster: str, pods: str) -> dict[str, Any]:
    return {
        "k8sServiceHost": f"{cluster}-control-plane",
        "k8sServicePort": 6443,
        "kubeProxyReplacement": "true",
        # Of pods each packet is translated, not each socket: who asks from outside a pod is asked as the pod is.
        "socketLB": {"hostNamespaceOnly": True},
        "ipam": {"mode": "kubernetes"},
        "k8s": {"requireIPv4PodCIDR": True},
        # A node reaches pods from its own address, as on a network that encapsulates nothing within a subnet.
        "routingMode": "native",
        "autoDirectNodeRoutes": True,
        "ipv4NativeRoutingCIDR": pods,
        # An ipBlock of a NetworkPolicy means nodes too, as it does for every other network.
        "policyCIDRMatchMode": ["nodes"],
        "envoy": {"enabled": False},
        "hubble": {"enabled": False},
        "operator": {"replicas": 1},
        "bpf": {"mapDynamicSizeRatio": 0.0001},
    }
