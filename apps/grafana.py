"""Grafana, as part of kube-prometheus-stack: provisioned from git, stateless."""

from __future__ import annotations

from typing import Any

from apps.common import resources, restricted_container, restricted_pod, service_monitor
from platform_stack import Context, DataSource, Secret, Service, Values

NAMESPACE = "monitoring"

GRAFANA = Service(name="grafana", namespace=NAMESPACE, port=80)

ADMIN = Secret(
    name="grafana-admin",
    namespace=NAMESPACE,
    keys={"admin-user": "name of Grafana's administrator", "admin-password": "the administrator's password"},
)

DASHBOARD_READER = "grafana-dashboard-reader"
"""ClusterRole of the dashboards' sidecar. The chart's own reads every Secret of the cluster."""


def grafana_values(context: Context) -> Values:
    """Return the values of the grafana subchart; the data sources are those that the applications offer."""
    return {
        "fullnameOverride": GRAFANA.name,
        "defaultDashboardsEnabled": True,
        "defaultDashboardsTimezone": "browser",
        "admin": {"existingSecret": ADMIN.name, "userKey": "admin-user", "passwordKey": "admin-password"},
        # One replica on both profiles: sessions are in its own SQLite, and a second would not know them.
        "replicas": 1,
        "deploymentStrategy": {"type": "Recreate"},
        "persistence": {"enabled": False},
        "initChownData": {"enabled": False},  # runs as root
        "testFramework": {"enabled": False},  # a Helm test pod that Argo CD would keep
        "automountServiceAccountToken": True,  # the sidecar reads ConfigMaps
        "rbac": {"create": True, "pspEnabled": False, "useExistingClusterRole": DASHBOARD_READER},
        "serviceMonitor": service_monitor(),
        "resources": resources("40m", "96Mi", "512Mi"),
        "containerSecurityContext": {"privileged": False, **restricted_container()},
        "securityContext": restricted_pod(472),
        "extraEmptyDirMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108  in the container
        "sidecar": {
            "resources": resources("10m", "32Mi", "160Mi"),
            "securityContext": restricted_container(),
            "dashboards": {
                "enabled": True,
                "label": "grafana_dashboard",
                "labelValue": "1",
                "searchNamespace": "ALL",
                "resource": "configmap",  # the default, both, reads every Secret of the cluster
                "folderAnnotation": "grafana_folder",
                "provider": {"allowUiUpdates": False, "foldersFromFilesStructure": True},
            },
            "datasources": {"enabled": False},  # provisioned below: one process of about 70 MiB less
        },
        "datasources": {
            "datasources.yaml": {
                "apiVersion": 1,
                "prune": True,
                "datasources": [_data_source(source) for source in context.data_sources],
            }
        },
        "grafana.ini": _settings(context),
    }


def _data_source(source: DataSource) -> dict[str, Any]:
    return {
        "name": source.name,
        "uid": source.uid,
        "type": source.type,
        "access": "proxy",
        "url": source.service.url,
        **({"isDefault": True} if source.is_default else {}),
        "jsonData": dict(source.settings),
    }


def _settings(context: Context) -> dict[str, Any]:
    return {
        "server": {"domain": f"grafana.{context.cluster.domain}", "root_url": "https://%(domain)s/"},
        "analytics": {
            "check_for_updates": False,
            "check_for_plugin_updates": False,
            "reporting_enabled": False,
            "feedback_links_enabled": False,
        },
        "security": {
            "disable_gravatar": True,
            "cookie_secure": True,
            "cookie_samesite": "strict",
            "content_security_policy": True,
        },
        "users": {"allow_sign_up": False, "auto_assign_org_role": "Viewer"},
        "auth.anonymous": {"enabled": False},
        "snapshots": {"external_enabled": False},
        "news": {"news_feed_enabled": False},
        # The data sources are bundled plugins; the background update deletes one before it fails to fetch the
        # new one, without egress or on a read-only root file system (grafana/grafana#132528).
        "plugins": {
            "preinstall_disabled": True,
            "preinstall_auto_update": False,
            "plugin_admin_enabled": False,
        },
        "log": {"mode": "console"},
    }
