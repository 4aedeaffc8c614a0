"""Grafana, as part of kube-prometheus-stack: provisioned from git, stateless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import Context, Fixed, Generated, Given, Route, Secret, Service, Values
from platform_stack.integrations.grafana import DASHBOARD_LABEL, FOLDER, provisioned

from ..shared.endpoints import MONITORING
from ..shared.values import resources, restricted_container, restricted_pod, service_monitor

if TYPE_CHECKING:
    from collections.abc import Mapping

GRAFANA = Service(name="grafana", namespace=MONITORING, port=80)
ROUTE = Route(host="grafana", service=GRAFANA)

((_LABEL, _VALUE),) = DASHBOARD_LABEL.items()

ADMIN = Secret(
    name="grafana-admin",
    namespace=MONITORING,
    keys={
        "admin-user": Fixed(what="name of Grafana's administrator", value="admin"),
        "admin-password": Generated(what="the administrator's password"),
    },
)

IDENTITY_PROVIDER: Mapping[str, str] = {}
"""Set it to log in through OpenID Connect: client_id, auth_url, token_url and api_url of your provider.

The user's groups then decide the role, see `single_sign_on`, and the Secret CLIENT must hold the client's secret.
Without it there is one lasting account, the administrator: others that it makes in Grafana are Viewers unless it
says otherwise, and are gone with the pod, whose database is not kept."""

CLIENT = Secret(
    name="grafana-client",
    namespace=MONITORING,
    keys={
        "client-secret": Given(
            what="secret of Grafana's client at the identity provider", variable="GRAFANA_CLIENT_SECRET"
        )
    },
)
SECRETS = (ADMIN, CLIENT) if IDENTITY_PROVIDER else (ADMIN,)

ROLE_OF_GROUP = {"platform-admins": "Admin", "platform-editors": "Editor", "platform-viewers": "Viewer"}
"""Grafana's role of each group; the groups of Argo CD's roles have the same names."""

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
        # The chart sets GOMEMLIMIT to the whole limit, and a second variable of that name would be refused: then
        # memory that is not Go's gets the process killed where its collector could have made room.
        "command": ["/bin/sh", "-c", "GOMEMLIMIT=448MiB exec /run.sh"],
        "containerSecurityContext": {"privileged": False, **restricted_container()},
        "securityContext": restricted_pod(472),
        "extraEmptyDirMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108  in the container
        "sidecar": {
            "resources": resources("10m", "32Mi", "160Mi"),
            "securityContext": restricted_container(),
            # Two ConfigMaps with one key are two files, and neither overwrites or deletes the other's.
            "enableUniqueFilenames": True,
            "dashboards": {
                "enabled": True,
                "label": _LABEL,
                "labelValue": _VALUE,
                "searchNamespace": "ALL",
                "resource": "configmap",  # the default, both, reads every Secret of the cluster
                "folderAnnotation": FOLDER,
                "provider": {"allowUiUpdates": False, "foldersFromFilesStructure": True},
            },
            "datasources": {"enabled": False},  # provisioned below: one process of about 70 MiB less
        },
        "datasources": {
            "datasources.yaml": {
                "apiVersion": 1,
                "prune": True,
                "datasources": [provisioned(source) for source in context.data_sources],
            }
        },
        "grafana.ini": _settings(context),
        **(_client_secret() if IDENTITY_PROVIDER else {}),
    }


def _settings(context: Context) -> dict[str, Any]:
    return {
        "server": {"domain": ROUTE.address(context.cluster), "root_url": "https://%(domain)s/"},
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
        **(single_sign_on(IDENTITY_PROVIDER) if IDENTITY_PROVIDER else {}),
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


def single_sign_on(provider: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings of a login through OpenID Connect: the groups decide the role, at each login.

    Who is in no group of ROLE_OF_GROUP does not get in
    (https://grafana.com/docs/grafana/latest/setup-grafana/configure-access/configure-authentication/generic-oauth/).

    Args:
        provider: client_id, auth_url, token_url and api_url of the provider.

    """
    roles = " || ".join(
        f"contains(groups[*], '{group}') && '{role}'" for group, role in ROLE_OF_GROUP.items()
    )
    return {
        "auth.generic_oauth": {
            "enabled": True,
            "name": "Single sign-on",
            "scopes": "openid profile email groups",
            "use_pkce": True,
            "allow_sign_up": True,
            "role_attribute_path": roles,
            "role_attribute_strict": True,
            **provider,
        }
    }


def _client_secret() -> Values:
    reference = {"secretKeyRef": {"name": CLIENT.name, "key": "client-secret"}}
    return {"envValueFrom": {"GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET": reference}}
