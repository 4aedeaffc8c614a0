"""The values of Longhorn's chart, and the Secret that it names."""

from __future__ import annotations

from platform_stack import Context, Fixed, Secret, Values

from ..shared.storage import BACKUP_STORE, LONGHORN
from ..shared.values import SCRAPE_INTERVAL, resources

NAMESPACE = "longhorn-system"
_UI = {"app": "longhorn-ui"}

BACKUP_CREDENTIALS = Secret(
    name="longhorn-backup-s3",
    namespace=NAMESPACE,
    keys={
        "AWS_ACCESS_KEY_ID": LONGHORN.access_key,
        "AWS_SECRET_ACCESS_KEY": LONGHORN.secret_key,
        "AWS_ENDPOINTS": Fixed(what="URL of the store", value=BACKUP_STORE.url),
        "VIRTUAL_HOSTED_STYLE": Fixed(what="the bucket is in the path", value="false"),
    },
)


def longhorn_values(context: Context) -> Values:
    """Return the values; on `ha` with three replicas of each volume, else two."""
    available = context.cluster.is_highly_available
    replicas = 3 if available else 2
    per_engine = '{{"v1":"{0}","v2":"{0}"}}'
    return {
        # A hook before the first sync, when its ServiceAccount does not exist yet.
        "preUpgradeChecker": {"jobEnabled": False, "upgradeVersionCheck": False},
        "persistence": {
            "createStorageClass": True,
            "defaultClass": False,  # the cluster has a default class already; of two the newer wins silently
            "defaultClassReplicaCount": replicas,
            "defaultDataLocality": "best-effort",
            "reclaimPolicy": "Retain",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
        "csi": dict.fromkeys(
            (
                "attacherReplicaCount",
                "provisionerReplicaCount",
                "resizerReplicaCount",
                "snapshotterReplicaCount",
            ),
            2 if available else 1,
        ),
        "longhornUI": {"replicas": 2 if available else 1},
        "longhornManager": {"log": {"format": "json"}, "resources": resources("5m", "32Mi", "512Mi")},
        "longhornDriver": {"log": {"format": "json"}},
        "defaultSettings": {
            "defaultReplicaCount": per_engine.format(replicas),
            "replicaSoftAntiAffinity": "false",
            "replicaAutoBalance": "best-effort",
            "storageOverProvisioningPercentage": 100,
            "storageMinimalAvailablePercentage": 15,
            "storageReservedPercentageForDefaultDisk": 20,
            # Share of a node's CPU that each instance manager requests; the default is 12.
            "guaranteedInstanceManagerCPU": per_engine.format(12 if available else 2),
            "v1DataEngine": True,
            "v2DataEngine": False,
            "upgradeChecker": False,
            "allowCollectingLonghornUsageMetrics": False,
            "autoSalvage": True,
            "nodeDownPodDeletionPolicy": "delete-both-statefulset-and-deployment-pod",
            "nodeDrainPolicy": "block-if-contains-last-replica",
            "concurrentReplicaRebuildPerNodeLimit": 1,
            "snapshotMaxCount": 20,
            "orphanResourceAutoDeletion": "replica-data",
            "deletingConfirmationFlag": False,  # true only in the commit that removes Longhorn
        },
        "defaultBackupStore": {
            "backupTarget": f"s3://{LONGHORN.bucket}@us-east-1/",
            "backupTargetCredentialSecret": BACKUP_CREDENTIALS.name,
            "pollInterval": 300,
        },
        "metrics": {"serviceMonitor": {"enabled": True, "interval": SCRAPE_INTERVAL, "scrapeTimeout": "10s"}},
        "extraObjects": [_ui_budget()] if available else [],
    }


def _ui_budget() -> Values:
    """Return a disruption budget; a value, because the chart has none and it belongs to its Deployment."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "longhorn-ui", "namespace": NAMESPACE},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": _UI}},
    }
