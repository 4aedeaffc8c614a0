"""Cilium: the network, the load balancer's addresses, and encryption between nodes.

Bootstrap layer: nothing else can start before it, Argo CD included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, Namespace, RunTime, SyncWave, excepted
from platform_stack.integrations.cilium import network_engine

from ..shared.values import PLATFORM_TEAM
from .load_balancer import load_balancer
from .monitoring import cilium_monitoring
from .values import NAMESPACE, cilium_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _manifests(chart: ManifestChart, context: Context) -> None:
    for item in load_balancer(context.cluster.load_balancer_range):
        chart.add(item, wave=SyncWave.AFTER_CHART)
    for item in cilium_monitoring():
        chart.add(item)


cilium = Application(
    name="cilium",
    roles=(network_engine(),),
    exceptions=(
        *excepted(
            "DaemonSet",
            "cilium",
            "pod-security-app-armor",
            "pod-security-capabilities",
            "pod-security-drop-capabilities",
            "pod-security-host-namespaces",
            "pod-security-host-path",
            "pod-security-host-ports",
            "pod-security-host-probes",
            "pod-security-privilege-escalation",
            "pod-security-privileged",
            "pod-security-run-as-non-root",
            "pod-security-seccomp",
            "pod-security-seccomp-profile",
            "pod-security-selinux",
            "pod-security-volume-types",
            because="it loads eBPF programs and configures its node's network, as root",
            owner=PLATFORM_TEAM,
        ),
        *excepted(
            "DaemonSet",
            "cilium",
            "require-requests-limits",
            because="the chart sets no resources for its init containers",
            owner=PLATFORM_TEAM,
        ),
        *excepted(
            "Deployment",
            "cilium-operator",
            "pod-security-host-namespaces",
            "pod-security-host-ports",
            "pod-security-host-probes",
            "pod-security-run-as-non-root",
            because="it must run before there is a network for pods",
            owner=PLATFORM_TEAM,
        ),
    ),
    plaintext_because={
        "cilium": "metrics of the agent, which is on the node's network",
        "cilium-operator": "metrics of the operator, which is on the node's network",
    },
    run_time=RunTime(known_idle={"cilium": "244Mi", "cilium-operator": "33Mi"}),
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="the network is below the mesh",
            pod_security="privileged",
            because="the agent configures the node's network: host network, host paths, NET_ADMIN, SYS_ADMIN",
            existing=True,
        ),
        Namespace(name="cilium-secrets", outside_mesh_because="no pods"),
    ),
    charts=(
        Chart(
            repository="https://helm.cilium.io/",
            name="cilium",
            version="1.18.3",
            values=cilium_values,
        ),
    ),
    manifests=_manifests,
    # The operator makes them at run time; the chart brings none.
    provides=(
        "cilium.io/CiliumClusterwideNetworkPolicy",
        "cilium.io/CiliumL2AnnouncementPolicy",
        "cilium.io/CiliumLoadBalancerIPPool",
        "cilium.io/CiliumNetworkPolicy",
    ),
)
