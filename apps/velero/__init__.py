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

from platform_stack import Application, Chart, Context, Namespace, SyncWave, excepted
from platform_stack.integrations.prometheus import alerts
from platform_stack.model.flow import Entity, Everything, Flow, Pods, within

from ..gatekeeper import gatekeeper
from ..kyverno import kyverno
from ..sealed_secrets import sealed_secrets
from ..shared.storage import SEAWEEDFS
from ..shared.values import PLATFORM_TEAM
from . import seaweedfs
from .monitoring import velero_alerts, velero_dashboard
from .values import NAMESPACE, REPOSITORY_KEY, S3_CREDENTIALS, SCHEDULE, velero_values
from .volumes import restore_helper, storage_class, volume_policy

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _manifests(chart: ManifestChart, context: Context) -> None:
    chart.add(storage_class(longhorn=context.cluster.iscsi))
    chart.add(volume_policy(NAMESPACE), wave=SyncWave.SECRET)  # without it a backup fails its validation
    chart.add(restore_helper(NAMESPACE))
    chart.add(velero_alerts(NAMESPACE, SCHEDULE))
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
            values=velero_values,
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
