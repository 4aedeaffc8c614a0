"""Which volumes Velero takes, and who waits for their files in a restored pod."""

from __future__ import annotations

from platform_stack.yaml_output import to_yaml
from platform_stack_imports import k8s

from ..shared.values import restricted_container

STORAGE_CLASS = "backed-up"
"""StorageClass whose volumes are in the backup.

Those of KIND's own class are not, and nothing says so: its provisioner makes volumes of the type hostPath,
which Velero passes over.
"""

VOLUME_POLICY = "velero-volume-policy"
"""ConfigMap that the Schedule names as its resourcePolicy."""


def volume_policy(namespace: str) -> k8s.ConfigMap:
    """Return which volumes the Schedule leaves out: a file of an emptyDir that is gone fails the whole backup.

    The ConfigMap has to have one key, of any name (https://velero.io/docs/v1.18/resource-filtering/#volumepolicy).
    """
    policy = {
        "version": "v1",
        "volumePolicies": [
            {"conditions": {"volumeTypes": ["emptyDir"]}, "action": {"type": "skip"}},
        ],
    }
    return k8s.ConfigMap(
        metadata=k8s.ObjectMeta(name=VOLUME_POLICY, namespace=namespace),
        data={"policy.yaml": to_yaml(policy).decode()},
    )


def restore_helper(namespace: str) -> k8s.ConfigMap:
    """Return what the container is like that waits in each restored pod for the files of its volumes.

    Velero finds it by its labels. By itself it copies the securityContext of the pod's first container, and its
    image names its user: with runAsNonRoot and no number the kubelet starts no such pod. A limit of 0 CPU is none.
    (https://velero.io/docs/v1.18/file-system-backup/#customize-restore-helper-container)
    """
    return k8s.ConfigMap(
        metadata=k8s.ObjectMeta(
            name="velero-restore-helper",
            namespace=namespace,
            labels={"velero.io/plugin-config": "", "velero.io/pod-volume-restore": "RestoreItemAction"},
        ),
        data={
            "cpuRequest": "1m",
            "cpuLimit": "0",
            "memRequest": "16Mi",
            "memLimit": "128Mi",
            "secCtx": to_yaml(restricted_container(runAsUser=1000, runAsGroup=1000)).decode(),
        },
    )


def storage_class(*, longhorn: bool) -> k8s.StorageClass:
    """Return the class: on Longhorn where there is one, else on KIND's provisioner with local volumes.

    Longhorn's number of replicas is that of its settings. The annotation makes KIND's provisioner write
    volumes of the type local (https://github.com/rancher/local-path-provisioner#volume-types).
    """
    return k8s.StorageClass(
        metadata=k8s.ObjectMeta(
            name=STORAGE_CLASS, annotations=None if longhorn else {"defaultVolumeType": "local"}
        ),
        provisioner="driver.longhorn.io" if longhorn else "rancher.io/local-path",
        allow_volume_expansion=longhorn or None,
        volume_binding_mode="WaitForFirstConsumer",
        reclaim_policy="Delete",
    )
