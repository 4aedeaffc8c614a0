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
    Namespace,
    Route,
    RunTime,
    Service,
    Synchronization,
    SyncWave,
)
from platform_stack.model.flow import ANY_PORT, Entity, Everything, Flow, Pods, serves_webhook
from platform_stack_imports import k8s

from ..sealed_secrets import sealed_secrets
from ..shared.endpoints import BASIC_AUTH, MONITORING
from .exceptions import EXCEPTIONS
from .monitoring import longhorn_monitoring
from .values import BACKUP_CREDENTIALS, NAMESPACE, longhorn_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

LONGHORN_UI = Service(name="longhorn-frontend", namespace=NAMESPACE, port=80)

_METRICS_PORT = 9500
_MANAGER = {"app": "longhorn-manager"}


def _manual(cluster: Cluster) -> str | None:
    if cluster.iscsi:
        return None
    return "Longhorn needs iSCSI on the nodes, which this cluster does not have (Cluster.iscsi)"


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
    for item in longhorn_monitoring():
        chart.add(item)


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
    exceptions=EXCEPTIONS,
    run_time=RunTime(
        objects={
            "NetworkPolicy longhorn-system/backing-image-data-source": "Longhorn makes the pods when there are volumes",
            "NetworkPolicy longhorn-system/backing-image-manager": "Longhorn makes the pods when there are volumes",
            "NetworkPolicy longhorn-system/instance-manager": "Longhorn makes the pods when there are volumes",
            "NetworkPolicy longhorn-system/longhorn-recovery-backend": "the manager labels its pods by what they serve",
            "NetworkPolicy longhorn-system/longhorn-webhook": "the manager labels its pods by what they serve",
            "Service longhorn-system/longhorn-admission-webhook": "the manager labels its pods by what they serve",
            "Service longhorn-system/longhorn-recovery-backend": "the manager labels its pods by what they serve",
        },
    ),
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
            values=longhorn_values,
        ),
    ),
    manifests=_manifests,
    secrets=(BACKUP_CREDENTIALS,),
    routes=(Route(host="longhorn", service=LONGHORN_UI, plugins=(BASIC_AUTH,)),),
    sync=Synchronization(manual=_manual),
)
