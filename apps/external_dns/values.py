"""The values of external-dns' chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.values import NO_SIDECAR, resources, restricted_container, service_monitor
from .dns_server import ETCD

if TYPE_CHECKING:
    from platform_stack import Context, Values

CLOUD: Values = {}
"""The chart's values for a zone in a cloud; empty: the DNS server in the cluster. For AWS, without a key:

    {
        "provider": {"name": "aws"},
        "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::…:role/external-dns"}},
    }

A credential comes from a Secret, by `env`, never as an argument. Records are then never deleted
(`upsert-only`), since the zone may hold those of others; say `"policy": "sync"` once it does not.
Values by provider: https://kubernetes-sigs.github.io/external-dns/latest/
"""

_IN_CLUSTER: Values = {
    "provider": {"name": "coredns"},
    "env": [{"name": "ETCD_URLS", "value": ETCD.url}],
    "policy": "sync",
}

INTERVAL_MINUTES = 2


def external_dns_values(context: Context) -> Values:
    """Return the values, the same on both profiles."""
    cluster = context.cluster
    return {
        # A Service's annotation would be a record, a headless one's too; an Ingress' host has one owner, by policy.
        "sources": ["ingress"],
        "domainFilters": [cluster.domain],
        "registry": "txt",
        "txtOwnerId": f"platform-stack-{cluster.name}",  # two clusters with one would delete each other's records
        "interval": f"{INTERVAL_MINUTES}m",
        "triggerLoopOnEvent": True,
        "logFormat": "json",
        "extraArgs": {"min-event-sync-interval": "10s"},
        "revisionHistoryLimit": 2,
        "securityContext": {**restricted_container(), "runAsUser": 65532, "runAsGroup": 65532},
        "podLabels": NO_SIDECAR,
        "resources": resources("5m", "32Mi", "256Mi"),
        "serviceMonitor": service_monitor(),
        **({"policy": "upsert-only", **CLOUD} if CLOUD else _IN_CLUSTER),
    }
