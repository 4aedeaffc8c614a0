"""Alertmanager, as part of kube-prometheus-stack: groups alerts and tells of them."""

from __future__ import annotations

from typing import Any

from platform_stack import Service, Values

from ..shared.endpoints import MONITORING, PROMETHEUS_NAME
from ..shared.values import SCRAPE_INTERVAL, resources
from .operator import OF_THE_PLATFORM, RUN_AS

ALERTMANAGER = Service(name=f"{PROMETHEUS_NAME}-alertmanager", namespace=MONITORING, port=9093)


def alertmanager_values(*, available: bool) -> Values:
    """Return the values of Alertmanager.

    Args:
        available: whether there are two of it, on nodes of their own.

    """
    return {
        "serviceAccount": {"automountServiceAccountToken": False},
        "serviceMonitor": {"interval": SCRAPE_INTERVAL},
        "podDisruptionBudget": {"enabled": available},
        "alertmanagerSpec": {
            "automountServiceAccountToken": False,
            "replicas": 2 if available else 1,
            "podAntiAffinity": "hard" if available else "soft",
            "retention": "24h",
            "alertmanagerConfigNamespaceSelector": OF_THE_PLATFORM,
            "alertmanagerConfigSelector": {},
            "resources": resources("5m", "24Mi", "96Mi"),
            "securityContext": RUN_AS,
        },
        # A receiver with a credential belongs into an AlertmanagerConfig and a SealedSecret, never here.
        "config": {
            "global": {"resolve_timeout": "5m"},
            "inhibit_rules": [
                _inhibit("severity = critical", "severity =~ warning|info", "namespace", "alertname"),
                _inhibit("severity = warning", "severity = info", "namespace", "alertname"),
                _inhibit("alertname = InfoInhibitor", "severity = info", "namespace"),
                {"target_matchers": ["alertname = InfoInhibitor"]},
            ],
            "route": {
                "group_by": ["namespace", "alertname"],
                "group_wait": "30s",
                "group_interval": "5m",
                "repeat_interval": "12h",
                "receiver": "null",
                "routes": [{"receiver": "null", "matchers": ['alertname = "Watchdog"']}],
            },
            "receivers": [{"name": "null"}],
            "templates": ["/etc/alertmanager/config/*.tmpl"],
        },
    }


def _inhibit(source: str, target: str, *equal: str) -> dict[str, Any]:
    return {"source_matchers": [source], "target_matchers": [target], "equal": list(equal)}
