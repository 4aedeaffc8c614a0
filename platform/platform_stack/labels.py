"""Labels and annotations of the platform itself, all with one prefix."""

from typing import Literal

TIER = "platform-stack.io/tier"
"""Label of a Namespace: whether the platform or a tenant works in it."""

OWNER = "platform-stack.io/owner"
"""Label of a Namespace: the application or the tenant that answers for it."""

CONTACT = "platform-stack.io/contact"
"""Annotation of a tenant's Namespace: who answers for it."""

QUOTA = "platform-stack.io/quota-"
"""Prefix of the annotations of a tenant's Namespace that say its quota: `cpu`, `memory`, `pods`, `storage`.

A policy of Kyverno makes the ResourceQuota and the LimitRange of them."""

Tier = Literal["platform", "tenant"]
"""Who works in a namespace; Kubernetes' own (default, kube-public, …) have no tier."""
