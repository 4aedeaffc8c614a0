"""What KIND installs after kubeadm: a default StorageClass and the provisioner behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import Api, Object

NAMESPACE = "local-path-storage"
PROVISIONER = "rancher.io/local-path"
IMAGE = "docker.io/kindest/local-path-provisioner:v20251212-v0.29.0-alpha-105-g20ccfc88"
_NAME = "local-path-provisioner"


def install(api: Api) -> None:
    """Create them; CoreDNS comes with kubeadm."""
    for item in objects():
        api.create(item)


def objects() -> list[Object]:
    """Return the objects, as in KIND's pkg/build/nodeimage/const_storage.go; rights that nobody uses are left out."""
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": f"{_NAME}-service-account", "namespace": NAMESPACE},
        },
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "local-path-config", "namespace": NAMESPACE},
        },
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": "standard",
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            "provisioner": PROVISIONER,
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": _NAME, "namespace": NAMESPACE},
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": {"app": _NAME}},
                "template": {
                    "metadata": {"labels": {"app": _NAME}},
                    "spec": {
                        "nodeSelector": {"kubernetes.io/os": "linux"},
                        "tolerations": [
                            {
                                "key": "node-role.kubernetes.io/control-plane",
                                "operator": "Equal",
                                "effect": "NoSchedule",
                            }
                        ],
                        "serviceAccountName": f"{_NAME}-service-account",
                        "containers": [
                            {
                                "name": _NAME,
                                "image": IMAGE,
                                "imagePullPolicy": "IfNotPresent",
                                "command": [_NAME, "--debug", "start"],
                                "volumeMounts": [{"name": "config-volume", "mountPath": "/etc/config/"}],
                                "env": [
                                    {
                                        "name": "POD_NAMESPACE",
                                        "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}},
                                    },
                                    {"name": "CONFIG_MOUNT_PATH", "value": "/etc/config/"},
                                ],
                            }
                        ],
                        "volumes": [{"name": "config-volume", "configMap": {"name": "local-path-config"}}],
                    },
                },
            },
        },
    ]
