"""Calico by its operator, which makes everything but itself at run time.

Of its own policies nothing here makes use: to the library it is a network that enforces NetworkPolicies.
"""

from collections.abc import Mapping
from typing import Any

from platform_stack import (
    Application,
    Chart,
    Context,
    Namespace,
    NetworkEngine,
    RunTime,
    RuntimeWorkload,
    Values,
    uses_api_server,
)

_VERSION = "v3.32.1"
_REPOSITORY = "https://docs.tigera.io/calico/charts"
_SYSTEM = "calico-system"


def _values(context: Context) -> Values:
    replicas = 2 if context.cluster.is_highly_available else 1
    return {
        "installation": {
            "kubernetesProvider": "",
            "controlPlaneReplicas": replicas,
            "calicoNetwork": {
                "bgp": "Disabled",
                "ipPools": [
                    {
                        "cidr": context.cluster.pod_network,
                        # The nodes are in one subnet: what a node sends to a pod comes from the node's own address.
                        "encapsulation": "VXLANCrossSubnet",
                        "natOutgoing": "Enabled",
                    }
                ],
            },
        },
        "apiServer": {"enabled": False},
        "goldmane": {"enabled": False},
        "whisker": {"enabled": False},
        "kubernetesServiceEndpoint": {"host": f"{context.cluster.name}-control-plane", "port": "6443"},
    }


def _made(_objects: tuple[Mapping[str, Any], ...], context: Context) -> tuple[RuntimeWorkload, ...]:
    """What the operator makes; what is on the node's network has no labels here: no policy finds it."""
    return (
        RuntimeWorkload(
            name="calico-node",
            namespace=_SYSTEM,
            kind="DaemonSet",
            labels={},
            ports={},
            cpu="250m",
            memory="128Mi",
            replicas=context.cluster.nodes,
        ),
        RuntimeWorkload(
            name="calico-kube-controllers",
            namespace=_SYSTEM,
            kind="Deployment",
            labels={"k8s-app": "calico-kube-controllers"},
            ports={},
            cpu="10m",
            memory="32Mi",
            service_account="calico-kube-controllers",
        ),
    )


calico = Application(
    name="calico",
    namespaces=(
        Namespace(
            name="tigera-operator",
            pod_security="privileged",
            because="the operator is on the node's network: it runs before there is another",
        ),
        Namespace(
            name=_SYSTEM,
            pod_security="privileged",
            because="calico-node configures the node's network: host network, host paths, NET_ADMIN",
        ),
    ),
    charts=(
        Chart(
            repository=_REPOSITORY,
            name="crd.projectcalico.org.v1",
            version=_VERSION,
            release="calico-crds",
            custom_resources_with_bootstrap=True,
        ),
        Chart(
            repository=_REPOSITORY, name="tigera-operator", version=_VERSION, release="calico", values=_values
        ),
    ),
    roles=(NetworkEngine(),),
    run_time=RunTime(workloads=_made),
    flows=lambda _context: (uses_api_server("calico-kube-controllers"),),
)
