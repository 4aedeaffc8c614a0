"""Velero: a backup of the cluster's objects and volumes each day, to SeaweedFS.

What can be restored: all objects but Secrets, and the files of volumes of the class `backed-up` and of CSI
volumes. Secrets are left out because Velero stores objects as they are: whoever reads the bucket would read
them. They come back from where they come from: SealedSecrets from git (with the sealing keys, which are kept
offline), certificates from cert-manager, the rest from its controllers. What was only ever a Secret in the
cluster, such as the key of the platform's CA, is made anew. The files of volumes are encrypted with the key in
REPOSITORY_KEY, which has to be kept offline too. What ends with its pod, an emptyDir, is not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import (
    Application,
    Chart,
    Context,
    Generated,
    Namespace,
    Secret,
    SyncWave,
    Template,
    Values,
    excepted,
)
from platform_stack.constructs.observability import alerts
from platform_stack.model.flow import Entity, Everything, Flow, Pods, within

from ..gatekeeper import gatekeeper
from ..kyverno import kyverno
from ..sealed_secrets import sealed_secrets
from ..shared.storage import BACKUP_STORE, SEAWEEDFS, VELERO
from ..shared.values import (
    NO_SIDECAR,
    PLATFORM_TEAM,
    SCRAPE_INTERVAL,
    resources,
    restricted_container,
    restricted_pod,
)
from . import seaweedfs
from .monitoring import velero_alerts, velero_dashboard
from .volumes import (
    VOLUME_POLICY,
    restore_helper,
    storage_class,
    volume_policy,
)

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

NAMESPACE = "velero"
_SCHEDULE = "daily"
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
"""Secrets (see above), and what controllers write again by themselves."""

_NAMESPACES_NOT_BACKED_UP = (
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "local-path-storage",
    NAMESPACE,  # git has it, and what Velero makes there it reads back from the bucket
    SEAWEEDFS,
)


def _values(_context: Context) -> Values:
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
            _SCHEDULE: {
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


def _manifests(chart: ManifestChart, context: Context) -> None:
    chart.add(storage_class(longhorn=context.cluster.iscsi))
    chart.add(volume_policy(NAMESPACE), wave=SyncWave.SECRET)  # without it a backup fails its validation
    chart.add(restore_helper(NAMESPACE))
    chart.add(velero_alerts(NAMESPACE, _SCHEDULE))
    chart.add(velero_dashboard(NAMESPACE))
    chart.add(alerts(SEAWEEDFS, SEAWEEDFS, *seaweedfs.ALERTS))


_STORE = "seaweedfs-all-in-one"


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        # Velero makes pods for repositories and volumes at run time.
        Flow(
            source=Everything(namespace=NAMESPACE),
            target=Entity.API_SERVER,
            ports=(6443,),
            because="calls the Kubernetes API",
            protection="TLS",
        ),
        Flow(
            source=Everything(namespace=NAMESPACE),
            target=Pods(workloads=(_STORE,)),
            ports=("swfs-s3",),
            because="keeps backups there",
        ),
        within(
            _STORE,
            ports=("swfs-mas", "swfs-mas-grpc", "swfs-vol", "swfs-vol-grpc", "swfs-fil", "swfs-fil-grpc"),
            because="its parts find each other, and the buckets are made",
            source=(_STORE, "seaweedfs-bucket-hook"),
        ),
    )


velero = Application(
    name="velero",
    exceptions=excepted(
        "DaemonSet",
        "node-agent",
        "pod-security-drop-capabilities",
        "pod-security-host-path",
        "pod-security-run-as-non-root",
        "pod-security-run-as-user",
        "pod-security-volume-types",
        because="it reads the volumes of all pods, whoever owns the files: root, and the kubelet's folders",
        owner=PLATFORM_TEAM,
        namespace=NAMESPACE,
    ),
    flows=_flows,
    # SeaweedFS first, as Argo CD's destination: its chart leaves out the namespace of the job that makes buckets.
    namespaces=(
        Namespace(
            name=SEAWEEDFS,
            outside_mesh_because="only Velero and Longhorn use it, which are outside; a restore must not need the mesh",
        ),
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="node agents, and jobs that it makes itself",
            pod_security="privileged",
            because="the node agent reads the volumes of all pods: root, and a host path to the kubelet's",
        ),
    ),
    depends_on=(sealed_secrets, gatekeeper, kyverno),
    charts=(
        Chart(
            repository="https://vmware-tanzu.github.io/helm-charts",
            name="velero",
            version="12.1.0",
            namespace=NAMESPACE,
            values=_values,
        ),
        Chart(
            repository="https://seaweedfs.github.io/seaweedfs/helm",
            name="seaweedfs",
            version="4.44.0",
            namespace=SEAWEEDFS,
            values=seaweedfs.seaweedfs_values,
        ),
    ),
    manifests=_manifests,
    secrets=(S3_CREDENTIALS, REPOSITORY_KEY, seaweedfs.IDENTITIES),
)
