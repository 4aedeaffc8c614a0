"""The platform: the list of its applications, one module each.

The order of the list is for readers; the order of installation comes from `depends_on`.
"""

from apps.argocd import argocd
from apps.cert_manager import cert_manager
from apps.cilium import cilium
from apps.prometheus import prometheus
from apps.sealed_secrets import sealed_secrets

BOOTSTRAP = (cilium, argocd)
"""Installed by the bootstrap script, in this order, then adopted by Argo CD."""

APPLICATIONS = (
    cert_manager,
    prometheus,
    sealed_secrets,
)
