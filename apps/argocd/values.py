"""The values of Argo CD's chart; bootstrap.sh installs it with the same."""

from __future__ import annotations

from typing import Any

from platform_stack import Context, Route, Service, Values
from platform_stack.integrations.argo_cd.health import (
    APPLICATION_HEALTH,
    APPLICATION_SET_HEALTH,
    INGRESS_HEALTH,
)
from platform_stack.integrations.gatekeeper import CONSTRAINT_TEMPLATE_HEALTH
from platform_stack.integrations.kyverno import KYVERNO_POLICY_HEALTH

from ..shared.values import NO_SIDECAR, resources, service_monitor

NAMESPACE = "argocd"
RELEASE = "argocd"
SERVER = Service(name=f"{RELEASE}-server", namespace=NAMESPACE, port=443, scheme="https")
ROUTE = Route(host="argocd", service=SERVER)

_HEALTH_OF = "resource.customizations.health."
_KYVERNO_POLICIES = (
    "DeletingPolicy",
    "GeneratingPolicy",
    "ImageValidatingPolicy",
    "MutatingPolicy",
    "ValidatingPolicy",
)
_IGNORE = "resource.customizations.ignoreDifferences.admissionregistration.k8s.io_"
_IGNORE_UPDATES = "resource.customizations.ignoreResourceUpdates."
_IGNORED_OF_APPLICATIONS = (
    "jqPathExpressions:\n"
    + "".join(
        f'  - .metadata.annotations."{key}"\n'
        for key in (
            "notified.notifications.argoproj.io",
            *(
                f"argocd.argoproj.io/{mark}{time}"
                for mark in ("refresh", "hydrate")
                for time in ("", "-timestamp")
            ),
        )
    )
    + "  - .operation\n"
)
_CA_BUNDLE = "jqPathExpressions:\n  - .webhooks[]?.clientConfig.caBundle\n"


def _component(replicas: int, cpu: str, memory: str, limit: str) -> dict[str, Any]:
    return {
        "replicas": replicas,
        "resources": resources(cpu, memory, limit),
        "metrics": {"enabled": True, "serviceMonitor": service_monitor()},
        "pdb": {"enabled": replicas > 1, "maxUnavailable": 1},
    }


def argocd_values(context: Context) -> Values:
    """Return the values; on `ha` with two of each, and with three Redis."""
    cluster = context.cluster
    replicas = 2 if cluster.is_highly_available else 1
    repo_server = _component(replicas, "50m", "96Mi", "1Gi")
    repo_server["copyutil"] = {"resources": resources("10m", "32Mi", "128Mi")}
    server = _component(replicas, "20m", "64Mi", "256Mi")
    # argocd-server keeps its own TLS; Kong must speak it.
    server["service"] = {"type": "ClusterIP", "annotations": {"konghq.com/protocol": "https"}}
    return {
        "fullnameOverride": RELEASE,
        "crds": {"install": True, "keep": True},
        "global": {
            # The chart's own v3.4.4 loses updates of free-form fields with server-side diff (argoproj/argo-cd#28818),
            # and no chart brings a newer one. What 3.6 has beyond this chart: docs/decisions/0009.
            "image": {"tag": "v3.6.1"},
            "domain": ROUTE.address(cluster),
            "revisionHistoryLimit": 2,
            "logging": {"format": "json", "level": "info"},
            # Off: its rule for argocd-server admits everybody. Ours come from the flows.
            "networkPolicy": {"create": False, "defaultDenyIngress": False},
            "podLabels": NO_SIDECAR,  # it installs the mesh: it must not need it
        },
        "configs": {
            "cm": {
                "application.resourceTrackingMethod": "annotation",
                "application.instanceLabelKey": "argocd.argoproj.io/instance",
                "installationID": f"platform-stack-{cluster.name}",
                "admin.enabled": True,
                "exec.enabled": False,
                "users.anonymous.enabled": "false",
                "statusbadge.enabled": False,
                "timeout.reconciliation": "180s",
                "timeout.reconciliation.jitter": "60s",
                "resource.respectRBAC": "normal",
                _HEALTH_OF + "argoproj.io_Application": APPLICATION_HEALTH,
                _HEALTH_OF + "argoproj.io_ApplicationSet": APPLICATION_SET_HEALTH,
                # A route lies with its service, in an earlier wave than the gateway that gives it an address.
                _HEALTH_OF + "networking.k8s.io_Ingress": INGRESS_HEALTH,
                **{
                    _HEALTH_OF + f"policies.kyverno.io_{kind}": KYVERNO_POLICY_HEALTH
                    for kind in _KYVERNO_POLICIES
                },
                _HEALTH_OF + "templates.gatekeeper.sh_ConstraintTemplate": CONSTRAINT_TEMPLATE_HEALTH,
                # Kubernetes fills the rules of an aggregated ClusterRole.
                "resource.compareoptions": "ignoreAggregatedRoles: true\n",
                # 3.6 marks an Application that it refreshes with a time, too: no reason to look at its parent again.
                _IGNORE_UPDATES + "argoproj.io_Application": _IGNORED_OF_APPLICATIONS,
                # Filled in at run time by whoever serves the webhook.
                _IGNORE + "MutatingWebhookConfiguration": _CA_BUNDLE,
                _IGNORE + "ValidatingWebhookConfiguration": _CA_BUNDLE,
            },
            "params": {
                "controller.diff.server.side": True,
                "applicationsetcontroller.policy": "sync",
                # Only with this does the controller follow the status of its Applications as it changes: without
                # it a wave ends at the next poll, up to three minutes late. No set has a strategy, so
                # automated sync and self-heal stay on.
                "applicationsetcontroller.enable.progressive.syncs": True,
                "controller.status.processors": 8,
                "controller.operation.processors": 4,
                "controller.kubectl.parallelism.limit": 4,
                # One `helm template` of kube-prometheus-stack takes about 150 MiB.
                "reposerver.parallelism.limit": 2,
                "controller.self.heal.timeout.seconds": 10,
                "server.insecure": False,
                "application.namespaces": "",
            },
            "rbac": {
                "policy.default": "",
                "policy.csv": (
                    "p, role:platform-viewer, applications, get, */*, allow\n"
                    "p, role:platform-viewer, logs, get, */*, allow\n"
                    "p, role:platform-viewer, projects, get, *, allow\n"
                    "g, platform-admins, role:admin\n"
                    "g, platform-viewers, role:platform-viewer\n"
                ),
                "scopes": "[groups]",
            },
            # Rendered without data: argocd-server makes the admin's password and its signing key itself.
            "secret": {"createSecret": True},
        },
        "controller": _component(replicas, "100m", "224Mi", "2560Mi")
        | {
            # At a boot it holds the objects of every application at once: with 768Mi it was killed twice.
            "env": [{"name": "GOMEMLIMIT", "value": "1000MiB"}],
        },
        "repoServer": repo_server,
        "server": server,
        "applicationSet": _component(replicas, "20m", "48Mi", "256Mi"),
        "redis": {
            "enabled": True,
            "resources": resources("10m", "24Mi", "128Mi"),
            "exporter": {"enabled": True, "resources": resources("2m", "12Mi", "64Mi")},
            "metrics": {"enabled": True, "serviceMonitor": service_monitor()},
        },
        # Off: bootstrap.sh makes the Secret. The Job is a hook of every upgrade, under the version's labels, and with
        # its ttlSecondsAfterFinished it can be gone before Argo CD has seen it end (argoproj/argo-helm#4050).
        "redisSecretInit": {"enabled": False},
        "redis-ha": _redis_ha() if cluster.is_highly_available else {"enabled": False},
        "dex": {"enabled": False},
        "notifications": {"enabled": False},
        "commitServer": {"enabled": False},
    }


def _redis_ha() -> Values:
    """Three Redis with sentinels behind two proxies; the cluster needs three nodes."""
    return {
        "enabled": True,
        "init": {"resources": resources("5m", "16Mi", "64Mi")},
        "splitBrainDetection": {"resources": resources("5m", "16Mi", "64Mi")},
        "redis": {"resources": resources("10m", "24Mi", "128Mi")},
        "sentinel": {"resources": resources("5m", "16Mi", "64Mi")},
        "exporter": {
            "enabled": True,
            "resources": resources("2m", "12Mi", "64Mi"),
            "serviceMonitor": service_monitor(),
        },
        "haproxy": {
            "enabled": True,
            "replicas": 3,
            "podDisruptionBudget": {"maxUnavailable": 1},
            "init": {"resources": resources("5m", "16Mi", "64Mi")},
            "resources": resources("5m", "32Mi", "128Mi"),
            "metrics": {"enabled": True, "serviceMonitor": service_monitor()},
            "containerSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        },
        "podDisruptionBudget": {"maxUnavailable": 1},
    }
