"""The values of Velero's chart, and the Secrets that it names."""

from __future__ import annotations

from platform_stack import Context, Generated, Secret, Template, Values

from ..shared.storage import BACKUP_STORE, SEAWEEDFS, VELERO
from ..shared.values import NO_SIDECAR, SCRAPE_INTERVAL, resources, restricted_container, restricted_pod
from .volumes import VOLUME_POLICY

NAMESPACE = "velero"
SCHEDULE = "daily"
_HOME = "/home/velero"
_RETENTION = "168h"

S3_CREDENTIALS = Secret(
    name="velero-s3-credentials",
    namespace=NAMESPACE,
    keys={
        "cloud": Template(
            what="AWS credentials file with Velero's identity in SeaweedFS",
            text="[default]\naws_access_key_id=${access_key}\naws_secret_access_key=${secret_key}\n",
            values={
                "access_key": VELERO.access_key,
                "secret_key": VELERO.secret_key,
            },
        )
    },
)
REPOSITORY_KEY = Secret(
    name="velero-repo-credentials",
    namespace=NAMESPACE,
    keys={
        "repository-password": Generated(
            what="password of the volumes' backups; keep a copy offline",
            permanent_because="the backups of volumes that there are can be read with no other",
            variable="VELERO_REPOSITORY_PASSWORD",
        )
    },
)
"""Without it Velero takes a password that is the same in every installation."""

_NOT_BACKED_UP = (
    "secrets",
    "nodes",
    "events",
    "events.events.k8s.io",
    "leases.coordination.k8s.io",
    "endpointslices.discovery.k8s.io",
    "policyreports.wgpolicyk8s.io",
    "clusterpolicyreports.wgpolicyk8s.io",
    "ephemeralreports.reports.kyverno.io",
    "clusterephemeralreports.reports.kyverno.io",
)
"""Secrets (`__init__.py` says why), and what controllers write again by themselves."""

_NAMESPACES_NOT_BACKED_UP = (
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "local-path-storage",
    NAMESPACE,  # git has it, and what Velero makes there it reads back from the bucket
    SEAWEEDFS,
)


def velero_values(_context: Context) -> Values:
    """Return the values: one server on both profiles, as the chart has it; backups wait while it moves."""
    monitor = {"enabled": True, "autodetect": False, "namespace": NAMESPACE}
    # Kopia keeps its settings and its cache below $HOME.
    home = {"name": "home", "emptyDir": {}}
    home_mount = {"name": "home", "mountPath": _HOME}
    return {
        "podLabels": NO_SIDECAR,
        "resources": resources("5m", "32Mi", "384Mi"),
        "terminationGracePeriodSeconds": 300,
        "podSecurityContext": restricted_pod(65532),
        "containerSecurityContext": restricted_container(),  # the chart then mounts /tmp by itself
        "extraVolumes": [home],
        "extraVolumeMounts": [home_mount],
        "initContainers": [
            {
                "name": "velero-plugin-for-aws",
                "image": "docker.io/velero/velero-plugin-for-aws:v1.14.1",  # 1.14 is for Velero 1.18
                "resources": resources("1m", "16Mi", "64Mi"),
                "securityContext": restricted_container(),
                "volumeMounts": [{"name": "plugins", "mountPath": "/target"}],
            }
        ],
        "metrics": {
            "enabled": True,
            "scrapeInterval": SCRAPE_INTERVAL,
            "serviceMonitor": monitor,
            "nodeAgentPodMonitor": monitor,
        },
        "upgradeCRDs": False,  # a hook on every sync; Argo CD applies the chart's CRDs itself
        "cleanUpCRDs": False,  # would delete every Backup with the application
        "snapshotsEnabled": False,
        "backupsEnabled": True,
        "credentials": {"useSecret": True, "existingSecret": S3_CREDENTIALS.name},
        "configuration": {
            "extraEnvVars": [{"name": "HOME", "value": _HOME}],
            "uploaderType": "kopia",
            # Without snapshots the node agent reads the files of every pod's volumes, but those of the types
            # hostPath, secret, configMap, projected and downwardAPI, and those that VOLUME_POLICY skips.
            "defaultVolumesToFsBackup": True,
            "defaultBackupTTL": _RETENTION,
            "logFormat": "json",
            "logLevel": "info",
            "backupStorageLocation": [
                {
                    "name": "default",
                    "provider": "aws",
                    "bucket": VELERO.bucket,
                    "default": True,
                    "accessMode": "ReadWrite",
                    "validationFrequency": "5m",
                    "credential": {"name": S3_CREDENTIALS.name, "key": "cloud"},
                    "config": {
                        "region": "us-east-1",
                        "s3ForcePathStyle": "true",
                        "s3Url": BACKUP_STORE.url,
                        # AWS' SDK ends an upload with a checksum that stores other than AWS may refuse.
                        "checksumAlgorithm": "",
                    },
                }
            ],
            "volumeSnapshotLocation": [],
            "repositoryMaintenanceJob": {
                "repositoryConfigData": {
                    "name": "velero-repo-maintenance",
                    "global": {
                        "keepLatestMaintenanceJobs": 1,
                        "podResources": {
                            "cpuRequest": "5m",
                            "cpuLimit": "500m",
                            "memoryRequest": "32Mi",
                            "memoryLimit": "256Mi",
                        },
                    },
                }
            },
        },
        "deployNodeAgent": True,
        "nodeAgent": {
            "podLabels": NO_SIDECAR,
            "resources": resources("2m", "16Mi", "384Mi"),
            "containerSecurityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "extraVolumes": [home, {"name": "tmp", "emptyDir": {}}],
            "extraVolumeMounts": [home_mount, {"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108  in the container
            "tolerations": [{"operator": "Exists", "effect": "NoSchedule"}],
        },
        "schedules": {
            SCHEDULE: {
                "disabled": False,
                "schedule": "17 2 * * *",
                "useOwnerReferencesInBackup": False,  # backups outlive their schedule
                "template": {
                    "ttl": _RETENTION,
                    "storageLocation": "default",
                    "includeClusterResources": True,
                    "snapshotVolumes": False,
                    "defaultVolumesToFsBackup": True,
                    "resourcePolicy": {"kind": "configmap", "name": VOLUME_POLICY},
                    "excludedNamespaces": list(_NAMESPACES_NOT_BACKED_UP),
                    "excludedResources": list(_NOT_BACKED_UP),
                },
            }
        },
    }
