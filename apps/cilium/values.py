"""The values of Cilium's chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.values import resources, service_monitor

if TYPE_CHECKING:
    from platform_stack import Context, Values

NAMESPACE = "kube-system"

_DASHBOARDS = {"enabled": True, "annotations": {"grafana_folder": "Cilium"}}


def cilium_values(context: Context) -> Values:
    """Return the values; on `ha` with two operators."""
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
        "tls": {"secretsNamespace": {"create": False}},  # one owner for each namespace: `__init__.py`
        "rollOutCiliumPods": True,
        "resources": resources("30m", "96Mi", "1Gi"),
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
