"""Longhorn: replicated volumes, for clusters whose nodes have iSCSI.

KIND's have none, and cannot: the kernel does not give iSCSI a namespace of its own, and Longhorn's manager
stops at its start where it finds none (https://github.com/longhorn/longhorn/issues/2739). There the
Application exists and is not synced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import (
    Application,
    Chart,
    Cluster,
    Context,
    Fixed,
    Namespace,
    Route,
    Secret,
    Service,
    SyncWave,
    Values,
    excepted,
)
from platform_stack.constructs.observability import Alert, Panel, alerts, dashboard, down
from platform_stack.model.flow import ANY_PORT, Entity, Everything, Flow, Pods, serves_webhook
from platform_stack_imports import k8s

from ..sealed_secrets import sealed_secrets
from ..shared.endpoints import BASIC_AUTH, MONITORING
from ..shared.storage import BACKUP_STORE, LONGHORN
from ..shared.values import PLATFORM_TEAM, SCRAPE_INTERVAL, resources

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

NAMESPACE = "longhorn-system"
LONGHORN_UI = Service(name="longhorn-frontend", namespace=NAMESPACE, port=80)

_METRICS_PORT = 9500
_MANAGER = {"app": "longhorn-manager"}
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


def _manual(cluster: Cluster) -> str | None:
    if cluster.iscsi:
        return None
    return "Longhorn needs iSCSI on the nodes, which this cluster does not have (Cluster.iscsi)"


def _values(context: Context) -> Values:
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


def _manifests(chart: ManifestChart, _context: Context) -> None:
    # The chart's own policy lets only Longhorn's pods reach the managers.
    chart.add(
        k8s.NetworkPolicy(
            metadata=k8s.ObjectMeta(name="longhorn-manager-metrics", namespace=NAMESPACE),
            spec=k8s.NetworkPolicySpec(
                pod_selector=k8s.LabelSelector(match_labels=_MANAGER),
                policy_types=["Ingress"],
                ingress=[
                    k8s.NetworkPolicyIngressRule(
                        from_=[
                            k8s.NetworkPolicyPeer(
                                namespace_selector=k8s.LabelSelector(
                                    match_labels={"kubernetes.io/metadata.name": MONITORING}
                                )
                            )
                        ],
                        ports=[k8s.NetworkPolicyPort(protocol="TCP", port=_METRICS_PORT)],
                    )
                ],
            ),
        ),
        wave=SyncWave.ALLOW,
    )
    # The chart cannot set requests for its user interface and its driver deployer. No default limits: they
    # would hold for the instance managers too, which carry the volumes.
    chart.add(
        k8s.LimitRange(
            metadata=k8s.ObjectMeta(name="default-requests", namespace=NAMESPACE),
            spec=k8s.LimitRangeSpec(
                limits=[
                    k8s.LimitRangeItem(
                        type="Container",
                        default_request={
                            "cpu": "5m",
                            "memory": "16Mi",
                        },
                    )
                ]
            ),
        ),
        wave=SyncWave.ALLOW,
    )
    chart.add(alerts("longhorn", NAMESPACE, *_alerts()))
    chart.add(_dashboard())


def _alerts() -> tuple[Alert, ...]:
    """Return the alerts; metrics: https://longhorn.io/docs/1.12.1/monitoring/metrics/."""
    return (
        down("Longhorn", "longhorn-backend", severity="critical"),
        Alert(
            name="LonghornVolumeFaulted",
            expr='longhorn_volume_robustness{state="faulted"} == 1',
            summary="The volume {{ $labels.volume }} has no replica left that works.",
            hint="Longhorn's user interface: salvage a replica, or restore a backup.",
            severity="critical",
            duration="5m",
        ),
        Alert(
            name="LonghornVolumeDegraded",
            expr='longhorn_volume_robustness{state="degraded"} == 1',
            summary="The volume {{ $labels.volume }} has fewer replicas than it should.",
            hint="A node down, or no room for the replica on another one.",
            duration="30m",
        ),
        Alert(
            name="LonghornDiskAlmostFull",
            expr="longhorn_node_storage_usage_bytes / longhorn_node_storage_capacity_bytes > 0.85",
            summary="Longhorn's disk on the node {{ $labels.node }} is more than 85 % full.",
            hint="Delete snapshots, or add a disk.",
        ),
        Alert(
            name="LonghornNodeNotReady",
            expr='longhorn_node_status{condition="ready"} == 0',
            summary="Longhorn cannot use the node {{ $labels.node }}.",
            hint="Conditions of the node in Longhorn's user interface: {{ $labels.condition_reason }}.",
        ),
    )


def _dashboard() -> k8s.ConfigMap:
    return dashboard(
        "longhorn",
        NAMESPACE,
        "Longhorn",
        Panel("Volumes by robustness", "sum by (state) (longhorn_volume_robustness)", "{{state}}"),
        Panel("Volumes by state", "sum by (state) (longhorn_volume_state)", "{{state}}"),
        Panel(
            "Disk in use",
            "longhorn_node_storage_usage_bytes / longhorn_node_storage_capacity_bytes",
            "{{node}}",
            "percentunit",
        ),
        Panel("Volume size", "longhorn_volume_actual_size_bytes", "{{pvc_namespace}}/{{pvc}}", "bytes"),
        Panel("Read", "longhorn_volume_read_throughput", "{{pvc_namespace}}/{{pvc}}", "Bps"),
        Panel("Written", "longhorn_volume_write_throughput", "{{pvc_namespace}}/{{pvc}}", "Bps"),
    )


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        # The manager makes engines, replicas and CSI pods at run time, which choose their ports.
        Flow(
            source=Everything(namespace=NAMESPACE),
            target=Everything(namespace=NAMESPACE),
            ports=(ANY_PORT,),
            because="volumes",
        ),
        serves_webhook("longhorn-manager", port="admission-wh"),
        Flow(
            source=Everything(namespace=NAMESPACE),
            target=Entity.API_SERVER,
            ports=(6443,),
            because="calls the Kubernetes API",
            protection="TLS",
        ),
        Flow(
            source=Everything(namespace=NAMESPACE),
            target=Pods(application="velero", workloads=("seaweedfs-all-in-one",)),
            ports=("swfs-s3",),
            because="keeps backups there",
            optional=True,
        ),
    )


longhorn = Application(
    name="longhorn",
    exceptions=(
        *excepted(
            "DaemonSet",
            "longhorn-manager",
            "pod-security-drop-capabilities",
            "pod-security-host-path",
            "pod-security-privilege-escalation",
            "pod-security-privileged",
            "pod-security-run-as-non-root",
            "pod-security-seccomp-profile",
            "pod-security-volume-types",
            "require-requests-limits",
            because="it mounts volumes on its node, as root; its second container only pulls an image",
            owner=PLATFORM_TEAM,
        ),
        *excepted(
            "Deployment",
            "longhorn-driver-deployer",
            "pod-security-drop-capabilities",
            "pod-security-privilege-escalation",
            "pod-security-run-as-non-root",
            "pod-security-run-as-user",
            "pod-security-seccomp-profile",
            "require-requests-limits",
            because="the chart sets neither its securityContext nor its resources",
            owner=PLATFORM_TEAM,
        ),
        *excepted(
            "Deployment",
            "longhorn-ui",
            "pod-security-drop-capabilities",
            "pod-security-privilege-escalation",
            "pod-security-run-as-non-root",
            "pod-security-seccomp-profile",
            "require-requests-limits",
            because="the chart sets neither its securityContext nor its resources",
            owner=PLATFORM_TEAM,
        ),
        *excepted(
            "Job",
            "longhorn-post-upgrade",
            "pod-security-drop-capabilities",
            "pod-security-privilege-escalation",
            "pod-security-run-as-non-root",
            "pod-security-seccomp-profile",
            "require-requests-limits",
            because="the chart sets neither its securityContext nor its resources",
            owner=PLATFORM_TEAM,
        ),
        *excepted(
            "Job",
            "longhorn-uninstall",
            "pod-security-drop-capabilities",
            "pod-security-privilege-escalation",
            "pod-security-run-as-non-root",
            "pod-security-seccomp-profile",
            "require-requests-limits",
            because="the chart sets neither its securityContext nor its resources",
            owner=PLATFORM_TEAM,
        ),
    ),
    made_at_run_time={
        "NetworkPolicy longhorn-system/backing-image-data-source": "Longhorn makes the pods when there are volumes",
        "NetworkPolicy longhorn-system/backing-image-manager": "Longhorn makes the pods when there are volumes",
        "NetworkPolicy longhorn-system/instance-manager": "Longhorn makes the pods when there are volumes",
        "NetworkPolicy longhorn-system/longhorn-recovery-backend": "the manager labels its pods by what they serve",
        "NetworkPolicy longhorn-system/longhorn-webhook": "the manager labels its pods by what they serve",
        "Service longhorn-system/longhorn-admission-webhook": "the manager labels its pods by what they serve",
        "Service longhorn-system/longhorn-recovery-backend": "the manager labels its pods by what they serve",
    },
    flows=_flows,
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="storage must not depend on the mesh",
            pod_security="privileged",
            because="it mounts volumes on the nodes: privileged, host paths, the node's mount namespace",
        ),
    ),
    depends_on=(sealed_secrets,),
    charts=(
        Chart(
            repository="https://charts.longhorn.io",
            name="longhorn",
            version="1.12.1",
            values=_values,
        ),
    ),
    manifests=_manifests,
    secrets=(BACKUP_CREDENTIALS,),
    routes=(Route(host="longhorn", service=LONGHORN_UI, plugins=(BASIC_AUTH,)),),
    manual=_manual,
)
