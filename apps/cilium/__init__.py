"""Cilium: the network, the load balancer's addresses, and encryption between nodes.

Bootstrap layer: nothing else can start before it, Argo CD included.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, Namespace, SyncWave, Values, excepted
from platform_stack.constructs.observability import Alert, alerts, down
from platform_stack_imports import cilium as api
from platform_stack_imports.k8s import ObjectMeta

from ..shared.endpoints import EXPOSE_LABEL
from ..shared.values import PLATFORM_TEAM, resources, service_monitor

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

NAMESPACE = "kube-system"

_DASHBOARDS = {"enabled": True, "annotations": {"grafana_folder": "Cilium"}}


def _values(context: Context) -> Values:
    cluster = context.cluster
    return {
        "cluster": {"name": cluster.name},
        # The API server by the node's name in Docker's DNS: its ClusterIP does not exist before Cilium runs.
        "k8sServiceHost": f"{cluster.name}-control-plane",
        "k8sServicePort": 6443,
        "kubeProxyReplacement": "true",
        # Null in the chart, of which Helm 3 renders an empty setting and Helm 4 none. Said, both render the same, and
        # no agent is rolled when Argo CD, which has Helm 4, adopts what bootstrap.sh installed with Helm 3.
        "debug": {"verbose": ""},
        "policyCIDRMatchMode": [],
        "ipam": {"mode": "kubernetes"},
        "k8s": {"requireIPv4PodCIDR": True},
        "routingMode": "tunnel",
        "tunnelProtocol": "vxlan",
        "ipv4": {"enabled": True},
        "ipv6": {"enabled": False},
        "cni": {
            "exclusive": False,  # Istio's CNI plugin is chained into the same folder
            # The default request of this init container, 100m, would be the request of the whole pod.
            "resources": {"requests": {"cpu": "5m", "memory": "10Mi"}},
        },
        # Istio: without hostNamespaceOnly the sidecar sees pod addresses only (istio/istio#27619).
        "socketLB": {"enabled": True, "hostNamespaceOnly": True},
        "l2announcements": {
            "enabled": True,
            "leaseDuration": "15s",
            "leaseRenewDeadline": "5s",
            "leaseRetryPeriod": "2s",
        },
        "k8sClientRateLimit": {
            "qps": 20,
            "burst": 40,
        },  # each announced Service is a Lease, renewed every 5 s
        "defaultLBServiceIPAM": "lbipam",
        "policyEnforcementMode": "default",
        "l7Proxy": True,  # the DNS proxy that policies on DNS names need
        "envoy": {"enabled": False},
        "encryption": {"enabled": True, "type": "wireguard"},
        "nodePort": {"bindProtection": True, "addresses": []},  # addresses: see debug
        "tls": {"secretsNamespace": {"create": False}},  # one owner for each namespace: it is declared below
        "rollOutCiliumPods": True,
        "resources": resources("30m", "96Mi", "512Mi"),
        # The kernel charges BPF maps to the agent's cgroup, and the chart's ratio, 0.0025, lets them grow with the
        # machine: 56 MiB up to 13 GiB of memory, 142 MiB at 32, 285 MiB at 64, on every node of KIND. With this one all
        # stay at the least that Cilium takes: 128Ki TCP and 64Ki other connections (pkg/option/config.go).
        "bpf": {"mapDynamicSizeRatio": 0.0001},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
        "prometheus": {"enabled": True, "serviceMonitor": {**service_monitor(), "trustCRDsExist": True}},
        "dashboards": _DASHBOARDS,
        "operator": {
            "replicas": 2 if cluster.is_highly_available else 1,
            "podDisruptionBudget": {"enabled": cluster.is_highly_available, "maxUnavailable": 1},
            "rollOutPods": True,
            "resources": resources("10m", "48Mi", "192Mi"),
            "securityContext": {"capabilities": {"drop": ["ALL"]}, "allowPrivilegeEscalation": False},
            "prometheus": {"enabled": True, "serviceMonitor": service_monitor()},
            "dashboards": _DASHBOARDS,
        },
        "hubble": {
            "enabled": True,
            "listenAddress": "",  # a Unix socket only: no port on the node, so no certificates to rotate
            "tls": {"enabled": False},
            "metrics": {
                "enabled": ["dns", "drop", "tcp", "flow", "icmp", "port-distribution"],
                "serviceMonitor": service_monitor(),
                "dashboards": _DASHBOARDS,
            },
            "relay": {"enabled": False},
            "ui": {"enabled": False},
        },
    }


def _manifests(chart: ManifestChart, context: Context) -> None:
    network = ip_network(context.cluster.load_balancer_range)
    chart.add(
        api.CiliumLoadBalancerIPPool(
            metadata=ObjectMeta(name="lan"),
            spec=api.CiliumLoadBalancerIpPoolSpec(
                blocks=[
                    api.CiliumLoadBalancerIpPoolSpecBlocks(start=str(network[1]), stop=str(network[-2])),
                ],
                service_selector=api.CiliumLoadBalancerIpPoolSpecServiceSelector(match_labels=EXPOSE_LABEL),
            ),
        ),
        wave=SyncWave.AFTER_CHART,
    )
    chart.add(
        api.CiliumL2AnnouncementPolicy(
            metadata=ObjectMeta(name="lan"),
            spec=api.CiliumL2AnnouncementPolicySpec(
                service_selector=api.CiliumL2AnnouncementPolicySpecServiceSelector(match_labels=EXPOSE_LABEL),
                interfaces=["^eth0$"],
                load_balancer_i_ps=True,
                external_i_ps=False,
            ),
        ),
        wave=SyncWave.AFTER_CHART,
    )
    chart.add(
        alerts(
            "cilium",
            NAMESPACE,
            down("Cilium", "cilium-agent", severity="critical"),
            down("CiliumOperator", "cilium-operator"),
            down("Hubble", "hubble-metrics"),
            Alert(
                name="CiliumNodesUnreachable",
                expr="max by (pod) (cilium_unreachable_nodes) > 0",
                summary="Cilium on {{ $labels.pod }} does not reach every node.",
                hint="Run `cilium-health status` in that pod.",
            ),
            Alert(
                name="CiliumPolicyImportFails",
                expr='sum by (pod) (increase(cilium_policy_change_total{outcome=~"fail.*"}[15m])) > 0',
                summary="Cilium on {{ $labels.pod }} cannot import a network policy.",
                hint="Look at the agent's log.",
            ),
        )
    )


cilium = Application(
    name="cilium",
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
    known_idle={"cilium": "244Mi", "cilium-operator": "33Mi"},
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
            values=_values,
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
