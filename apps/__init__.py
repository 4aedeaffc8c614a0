"""The platform: the list of its applications, one module each.

The order of the list is for readers; the order of installation comes from `depends_on`.
"""

from apps.argocd import argocd
from apps.cert_manager import cert_manager
from apps.cilium import cilium
from apps.external_dns import external_dns
from apps.falco import falco
from apps.gatekeeper import gatekeeper
from apps.istio import istio
from apps.kong import kong
from apps.kyverno import kyverno
from apps.loki import loki
from apps.longhorn import longhorn
from apps.prometheus import prometheus
from apps.sealed_secrets import sealed_secrets
from apps.tracing import tracing
from apps.vault import vault
from apps.velero import velero

BOOTSTRAP = (cilium, argocd)
"""Installed by the bootstrap script, in this order, then adopted by Argo CD."""

SMALL = (
    cert_manager,
    gatekeeper,
    istio,
    kong,
    kyverno,
    loki,
    prometheus,
    sealed_secrets,
)
"""A selection for 2 CPU and 4 GB: no backups, no traces, no Vault, no DNS server, no Falco, no Longhorn."""

APPLICATIONS = (
    cert_manager,
    external_dns,
    falco,
    gatekeeper,
    istio,
    kong,
    kyverno,
    loki,
    longhorn,
    prometheus,
    sealed_secrets,
    tracing,
    vault,
    velero,
)
