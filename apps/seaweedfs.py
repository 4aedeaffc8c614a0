"""SeaweedFS: the S3 store that backups go to, as part of the application `velero`.

One process with one volume. In the cluster whose data it holds it shows that backup and restore work; it
does not outlive the cluster. For protection, point BACKUP_STORE at a store elsewhere.
"""

from __future__ import annotations

from apps.common import NO_SIDECAR, resources, restricted_container, restricted_pod
from platform_stack import Context, Secret, Service, Values
from platform_stack.constructs.observability import Alert, down

NAMESPACE = "seaweedfs"
NAME = "seaweedfs"

BACKUP_STORE = Service(name=f"{NAME}-all-in-one", namespace=NAMESPACE, port=8333)

VELERO_BUCKET = "velero"
LONGHORN_BUCKET = "longhorn"

IDENTITIES = Secret(
    name="seaweedfs-s3-config",
    namespace=NAMESPACE,
    keys={
        "seaweedfs_s3_config": (
            "JSON: identities of Velero and Longhorn, each with its name, credentials (accessKey, secretKey) "
            "and actions on its bucket, such as Read:velero, Write:velero, List:velero, Tagging:velero"
        )
    },
)


def seaweedfs_values(_context: Context) -> Values:
    """Return the values of the chart seaweedfs: everything in one pod, one replica on both profiles.

    Two would need one volume for both. The chart renders a Secret for SFTP with random passwords, as a hook
    before each sync; no value switches it off while everything is in one pod, and nothing uses it.
    """
    pod = {"enabled": True, **restricted_pod(1000)}
    container = {"enabled": True, **restricted_container()}
    off = {"enabled": False}
    return {
        "fullnameOverride": NAME,
        "global": {
            "seaweedfs": {
                "createClusterRole": False,
                "automountServiceAccountToken": False,
                "monitoring": {"enabled": True},
            }
        },
        "podLabels": NO_SIDECAR,  # Velero is outside the mesh
        "master": {**off, "volumeSizeLimitMB": 256},
        "volume": {**off, "minFreeSpacePercent": 5},  # below it stops writing, before the node suffers
        # The job that makes the buckets, after each sync, takes its security contexts from here.
        "filer": {**off, "podSecurityContext": pod, "containerSecurityContext": container},
        "s3": off,
        "allInOne": {
            "enabled": True,
            "replicas": 1,
            "affinity": "",  # the default wants each replica on a node of its own
            "s3": {
                "enabled": True,
                "port": BACKUP_STORE.port,
                "enableAuth": True,
                "existingConfigSecret": IDENTITIES.name,
                "createBuckets": [
                    {"name": VELERO_BUCKET, "anonymousRead": False},
                    {"name": LONGHORN_BUCKET, "anonymousRead": False},
                ],
                "createBucketsHook": {"resources": resources("5m", "32Mi", "128Mi")},
            },
            "data": {"type": "persistentVolumeClaim", "size": "5Gi", "accessModes": ["ReadWriteOnce"]},
            "podSecurityContext": pod,
            "containerSecurityContext": container,
            "extraVolumes": "- name: tmp\n  emptyDir: {}\n",
            "extraVolumeMounts": "- name: tmp\n  mountPath: /tmp\n",
            "resources": resources("10m", "32Mi", "384Mi"),
        },
    }


ALERTS = (
    down("SeaweedFS", BACKUP_STORE.name),
    Alert(
        name="SeaweedFSDiskAlmostFull",
        expr=(
            'min(SeaweedFS_volumeServer_resource{type="avail"} '
            '/ ignoring (type) SeaweedFS_volumeServer_resource{type="all"}) < 0.1'
        ),
        summary="The disk under the backup store has less than a tenth left.",
        hint="Backups will fail: shorten their retention or enlarge the volume.",
    ),
    Alert(
        name="SeaweedFSErrors",
        expr='sum by (bucket) (rate(SeaweedFS_s3_request_total{code=~"5.."}[10m])) > 0',
        summary="The backup store answers requests to the bucket {{ $labels.bucket }} with errors.",
        hint="Look at the log of the pod seaweedfs-all-in-one.",
    ),
)
"""Metrics: https://github.com/seaweedfs/seaweedfs/blob/master/weed/stats/metrics.go"""
