"""What the admission webhooks of the two policy engines leave alone, so that the cluster can always heal.

A webhook that fails closed and whose pod is gone refuses whatever it selects, also the pods that would
bring it back. The namespaces below are therefore left out in the webhooks themselves: leaving them out in
the policies, or in an engine's own filters, would still send it the requests.
"""

from __future__ import annotations

from ..argocd import argocd
from ..cert_manager import cert_manager
from ..cilium import cilium
from ..istio import istio
from ..longhorn import longhorn
from ..sealed_secrets import sealed_secrets

KYVERNO_NAMESPACE = "kyverno"
GATEKEEPER_NAMESPACE = "gatekeeper-system"

_REPAIRS = (cilium, argocd, cert_manager, sealed_secrets, istio, longhorn)
"""Network, the engine that heals, certificates, Secrets, the mesh, storage: all that pods wait for."""

_KUBERNETES = ("kube-system", "kube-public", "kube-node-lease", "local-path-storage")
"""Made by Kubernetes and KIND themselves; the last is the provisioner of the default StorageClass."""

EXEMPT_NAMESPACES = sorted(
    {
        *_KUBERNETES,
        *(namespace.name for application in _REPAIRS for namespace in application.namespaces),
        KYVERNO_NAMESPACE,
        GATEKEEPER_NAMESPACE,
    }
)
"""Nothing in these namespaces is ever sent to a policy engine's webhook, sorted."""
