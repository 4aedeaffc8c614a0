"""Cilium, with what its chart does by itself and no more."""

from platform_stack import Application, Chart, Context, Namespace, Values
from platform_stack.integrations import cilium as product


def _values(context: Context) -> Values:
    return {
        "k8sServiceHost": f"{context.cluster.name}-control-plane",
        "k8sServicePort": 6443,
        "kubeProxyReplacement": "true",
        # Who connects in a pod's network from outside its control group, as the lab does, reaches Services, too.
        "socketLB": {"hostNamespaceOnly": True},
        "ipam": {"mode": "kubernetes"},
        "envoy": {"enabled": False},
        "hubble": {"enabled": False},
        "tls": {"secretsNamespace": {"create": False}},
        "operator": {"replicas": 2 if context.cluster.is_highly_available else 1},
    }


cilium = Application(
    name="cilium",
    namespaces=(
        Namespace(
            name="kube-system",
            pod_security="privileged",
            because="the agent configures the node's network: host network, host paths, NET_ADMIN, SYS_ADMIN",
            existing=True,
        ),
        Namespace(name="cilium-secrets"),
    ),
    charts=(Chart(repository="https://helm.cilium.io/", name="cilium", version="1.18.3", values=_values),),
    roles=(product.network_engine(encryption=None),),
    provides=("cilium.io/CiliumNetworkPolicy",),
    plaintext_because={
        "cilium": "it is on the node's network",
        "cilium-operator": "it is on the node's network",
    },
)
