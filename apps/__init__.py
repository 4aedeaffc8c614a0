"""The platform: the list of its applications, one folder each.

The order of the list is for readers; the order of installation comes from `depends_on`.
"""

from .argocd import argocd
from .cert_manager import cert_manager
from .cilium import cilium
from .external_dns import external_dns
from .falco import falco
from .gatekeeper import gatekeeper
from .istio import istio
from .kong import kong
from .kyverno import kyverno
from .loki import loki
from .longhorn import longhorn
from .prometheus import prometheus
from .sealed_secrets import sealed_secrets
from .tracing import tracing
from .vault import vault
from .velero import velero

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
