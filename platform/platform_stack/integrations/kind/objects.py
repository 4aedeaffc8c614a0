"""What a KIND cluster holds by itself, before anything of the platform: kubeadm's and KIND's own objects.

As skeletons, with what policies look at, and only what some policy could find fault with. No application makes them,
and no render shows them. Sources: Kubernetes 1.34, cmd/kubeadm/app/phases (addons/dns, controlplane, etcd,
addons/proxy, bootstraptoken/clusterinfo) and util/staticpod; kind 0.33, pkg/build/nodeimage/const_storage.go and
const_cni.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.kubernetes import COREDNS_VERSION, ETCD_VERSION, KUBERNETES_VERSION

if TYPE_CHECKING:
    from platform_stack.facts import Manifest
    from platform_stack.model import Cluster, NetworkEngine

SYSTEM = "kube-system"
"""The namespace of what Kubernetes itself needs."""
COREDNS = "coredns"
"""The Deployment of cluster DNS."""

STATIC_PODS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
"""The control plane: pods that its node's kubelet starts by itself."""

_STORAGE = "local-path-storage"
_KINDNET_VERSION = "v20260820-69b56db7"
_HOST_PATHS = {
    "etcd": ("/var/lib/etcd", "/etc/kubernetes/pki/etcd"),
    "kube-apiserver": ("/etc/kubernetes/pki", "/etc/ssl/certs"),
    "kube-controller-manager": ("/etc/kubernetes/pki", "/etc/kubernetes/controller-manager.conf"),
    "kube-scheduler": ("/etc/kubernetes/scheduler.conf",),
}
_PORTS = {"etcd": 2381, "kube-apiserver": 6443, "kube-controller-manager": 10257, "kube-scheduler": 10259}


def static_pod(component: str, cluster: Cluster) -> str:
    """Return the name of a pod of the control plane: the kubelet adds its node's."""
    return f"{component}-{cluster.name}-control-plane"


def cluster_objects(cluster: Cluster, engine: NetworkEngine | None) -> tuple[Manifest, ...]:
    """Return the objects that a cluster has by itself.

    Args:
        cluster: the cluster.
        engine: the platform's network engine, as for `kind_config`.

    """
    return (
        *(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            for name in ("default", "kube-node-lease", "kube-public", _STORAGE)
        ),
        _deployment(SYSTEM, COREDNS, {"k8s-app": "kube-dns"}, _coredns()),
        *(_static_pod(component, cluster) for component in STATIC_PODS),
        *(() if engine and engine.replaces_kube_proxy else (_kube_proxy(),)),
        *(() if engine else (_kindnet(),)),
        _deployment(_STORAGE, "local-path-provisioner", {"app": "local-path-provisioner"}, _local_path()),
        _anybody_may_join(),
    )


def _deployment(namespace: str, name: str, labels: dict[str, str], pod: dict[str, Any]) -> Manifest:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def _coredns() -> dict[str, Any]:
    return {
        "serviceAccountName": "coredns",
        "priorityClassName": "system-cluster-critical",
        "containers": [
            {
                "name": "coredns",
                "image": f"registry.k8s.io/coredns/coredns:{COREDNS_VERSION}",
                "resources": {"requests": {"cpu": "100m", "memory": "70Mi"}, "limits": {"memory": "170Mi"}},
                "ports": [
                    {"name": "dns", "containerPort": 53, "protocol": "UDP"},
                    {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
                    {"name": "metrics", "containerPort": 9153, "protocol": "TCP"},
                ],
                "livenessProbe": {"httpGet": {"path": "/health", "port": 8080, "scheme": "HTTP"}},
                "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181, "scheme": "HTTP"}},
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
                    "readOnlyRootFilesystem": True,
                },
            }
        ],
        "volumes": [{"name": "config-volume", "configMap": {"name": "coredns"}}],
    }


def _kube_proxy() -> Manifest:
    container = {
        "name": "kube-proxy",
        "image": f"registry.k8s.io/kube-proxy:v{KUBERNETES_VERSION}",
        "securityContext": {"privileged": True},
    }
    labels = {"k8s-app": "kube-proxy"}
    return _node_agent("kube-proxy", labels, labels, container, "/run/xtables.lock", "/lib/modules")


def _kindnet() -> Manifest:
    resources = {"cpu": "100m", "memory": "50Mi"}
    container = {
        "name": "kindnet-cni",
        "image": f"docker.io/kindest/kindnetd:{_KINDNET_VERSION}",
        "resources": {"requests": resources, "limits": resources},
        "securityContext": {"privileged": False, "capabilities": {"add": ["NET_RAW", "NET_ADMIN"]}},
    }
    labels = {"tier": "node", "app": "kindnet", "k8s-app": "kindnet"}
    paths = ("/etc/cni/net.d", "/run/xtables.lock", "/lib/modules")
    return _node_agent("kindnet", {"app": "kindnet"}, labels, container, *paths)


def _node_agent(
    name: str, selector: dict[str, str], labels: dict[str, str], container: dict[str, Any], *paths: str
) -> Manifest:
    """Return a DaemonSet on the network of its nodes."""
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": SYSTEM},
        "spec": {
            "selector": {"matchLabels": selector},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "hostNetwork": True,
                    "serviceAccountName": name,
                    "containers": [container],
                    "volumes": [
                        {"name": f"path-{number}", "hostPath": {"path": path}}
                        for number, path in enumerate(paths)
                    ],
                },
            },
        },
    }


def _static_pod(component: str, cluster: Cluster) -> Manifest:
    version = ETCD_VERSION if component == "etcd" else f"v{KUBERNETES_VERSION}"
    requests = {"cpu": "100m", "memory": "100Mi"} if component == "etcd" else {"cpu": "100m"}
    # The API server is probed at the address of its node.
    host = "172.18.0.2" if component == "kube-apiserver" else "127.0.0.1"
    probe = {"httpGet": {"host": host, "path": "/livez", "port": _PORTS[component], "scheme": "HTTPS"}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": static_pod(component, cluster),
            "namespace": SYSTEM,
            "labels": {"component": component, "tier": "control-plane"},
            "ownerReferences": [
                {
                    "apiVersion": "v1",
                    "kind": "Node",
                    "name": f"{cluster.name}-control-plane",
                    "controller": True,
                }
            ],
        },
        "spec": {
            "hostNetwork": True,
            "priorityClassName": "system-node-critical",
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": component,
                    "image": f"registry.k8s.io/{component}:{version}",
                    "resources": {"requests": requests},
                    "ports": [{"name": "probe-port", "containerPort": _PORTS[component], "protocol": "TCP"}],
                    "livenessProbe": probe,
                }
            ],
            "volumes": [
                {"name": f"path-{number}", "hostPath": {"path": path}}
                for number, path in enumerate(_HOST_PATHS[component])
            ],
        },
    }


def _local_path() -> dict[str, Any]:
    return {
        "serviceAccountName": "local-path-provisioner-service-account",
        "containers": [
            {
                "name": "local-path-provisioner",
                "image": "docker.io/kindest/local-path-provisioner:v20260820-69b56db7",
            }
        ],
        "volumes": [{"name": "config-volume", "configMap": {"name": "local-path-config"}}],
    }


def _anybody_may_join() -> Manifest:
    """Return the right to read the ConfigMap with which a new node checks whom it talks to."""
    group = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "kubeadm:bootstrap-signer-clusterinfo", "namespace": "kube-public"},
        "roleRef": {"apiGroup": group, "kind": "Role", "name": "kubeadm:bootstrap-signer-clusterinfo"},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "system:anonymous"}],
    }
