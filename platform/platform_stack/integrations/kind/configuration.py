"""The configuration of a KIND cluster: its nodes and their network, Secrets encrypted at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.kubernetes import KUBERNETES_VERSION

if TYPE_CHECKING:
    from platform_stack.model import Cluster, NetworkEngine

NODE_IMAGE = (
    f"kindest/node:v{KUBERNETES_VERSION}"
    "@sha256:44e222ee2132dab25ff87301682f89eb82c7880ea3a1bf543bfe9708fd08d67d"
)
"""Node image for amd64 and arm64, published with kind v0.33.0
(https://github.com/kubernetes-sigs/kind/releases/tag/v0.33.0)."""

_SERVICE_NETWORK = "10.96.0.0/16"
"""KIND's own (https://kind.sigs.k8s.io/docs/user/configuration/#service-subnet)."""

ENCRYPTION_FOLDER = "/etc/kubernetes/encryption"
"""Where the API server finds config.yaml, an EncryptionConfiguration."""

ENCRYPTION_SOURCE = "./.platform-stack/encryption"
"""Where the bootstrap script makes it, with a fresh key; the folder is in .gitignore, and kind resolves it
against the folder that it is started in."""


_NO_TAINT = "kind: InitConfiguration\nnodeRegistration:\n  taints: []\n"
"""Lets pods run on the control plane too: a laptop has no node to spare."""

_PROCESSES = "kind: KubeletConfiguration\npodPidsLimit: 2048\n"
"""Processes and threads of one pod: without a limit a fork bomb fills the process table of its node
(https://kubernetes.io/docs/concepts/policy/pid-limiting/)."""


def kind_config(cluster: Cluster, engine: NetworkEngine | None) -> dict[str, Any]:
    """Return the configuration for `kind create cluster` (https://kind.sigs.k8s.io/docs/user/configuration/).

    It has a control plane and workers, and an API server that encrypts Secrets with the key in ENCRYPTION_SOURCE.

    Args:
        cluster: its name, and how many nodes it has.
        engine: the platform's network engine, which takes the place of KIND's own network, kindnet (that enforces
            NetworkPolicies), and of kube-proxy where it replaces that too; None: both stay.

    """
    volume = {
        "name": "encryption",
        "hostPath": ENCRYPTION_FOLDER,
        "mountPath": ENCRYPTION_FOLDER,
        "readOnly": True,
        "pathType": "Directory",
    }
    patch = "\n".join(
        [
            "kind: ClusterConfiguration",
            "apiServer:",
            "  extraArgs:",
            f"    encryption-provider-config: {ENCRYPTION_FOLDER}/config.yaml",
            "  extraVolumes:",
            *(
                f"  {'-' if index == 0 else ' '} {key}: {str(value).lower() if value is True else value}"
                for index, (key, value) in enumerate(volume.items())
            ),
            "",
        ]
    )
    return {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "name": cluster.name,
        "networking": {
            **({"disableDefaultCNI": True} if engine else {}),
            **({"kubeProxyMode": "none"} if engine and engine.replaces_kube_proxy else {}),
            "podSubnet": cluster.pod_network,
            **(
                {"serviceSubnet": cluster.service_network}
                if cluster.service_network != _SERVICE_NETWORK
                else {}
            ),
        },
        "kubeadmConfigPatches": [_PROCESSES],
        "nodes": [
            {
                "role": "control-plane",
                "image": NODE_IMAGE,
                "extraMounts": [
                    {"hostPath": ENCRYPTION_SOURCE, "containerPath": ENCRYPTION_FOLDER, "readOnly": True}
                ],
                "kubeadmConfigPatches": [patch, _NO_TAINT],
            },
            *({"role": "worker", "image": NODE_IMAGE} for _ in range(cluster.nodes - 1)),
        ],
    }
