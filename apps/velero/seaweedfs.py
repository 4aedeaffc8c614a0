"""SeaweedFS: the S3 store that backups go to, as part of the application `velero`.

One process with one volume. In the cluster whose data it holds it shows that backup and restore work; it
does not outlive the cluster. For protection, point BACKUP_STORE at a store elsewhere.
"""

from __future__ import annotations

import json

from platform_stack import Context, Secret, Template, Values
from platform_stack.integrations.prometheus import Alert, down

from ..shared.storage import BACKUP_STORE, LONGHORN, SEAWEEDFS, VELERO, Identity
from ..shared.values import NO_SIDECAR, resources, restricted_container, restricted_pod


def _configuration(*identities: Identity) -> Template:
    """Return SeaweedFS' S3 configuration (https://github.com/seaweedfs/seaweedfs/wiki/Amazon-S3-API)."""
    actions = ("Read", "Write", "List", "Tagging")
    text = {
        "identities": [
            {
                "name": one.name,
                "credentials": [
                    {"accessKey": f"${{{one.name}_access_key}}", "secretKey": f"${{{one.name}_secret_key}}"}
                ],
                "actions": [f"{action}:{one.bucket}" for action in actions],
            }
            for one in identities
        ]
    }
    return Template(
        what=f"JSON: identities of {' and '.join(one.name for one in identities)}, each with its keys and bucket",
        text=json.dumps(text),
        values={
            name: value
            for one in identities
            for name, value in (
                (f"{one.name}_access_key", one.access_key),
                (f"{one.name}_secret_key", one.secret_key),
            )
        },
    )


IDENTITIES = Secret(
    name="seaweedfs-s3-config",
    namespace=SEAWEEDFS,
    keys={"seaweedfs_s3_config": _configuration(VELERO, LONGHORN)},
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
        "fullnameOverride": SEAWEEDFS,
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
            "extraArgs": ["-master.telemetry=false"],  # on by default: statistics to telemetry.seaweedfs.com
            "affinity": "",  # the default wants each replica on a node of its own
            "s3": {
                "enabled": True,
                "port": BACKUP_STORE.port,
                "enableAuth": True,
                "existingConfigSecret": IDENTITIES.name,
                "createBuckets": [
                    {"name": VELERO.bucket, "anonymousRead": False},
                    {"name": LONGHORN.bucket, "anonymousRead": False},
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
