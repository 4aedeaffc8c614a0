"""Labels and annotations of the platform itself, all with one prefix."""

from typing import Literal

TIER = "platform-stack.io/tier"
"""Label of a Namespace: whether the platform or a tenant works in it."""

OWNER = "platform-stack.io/owner"
"""Label of a Namespace: the application or the tenant that answers for it."""

Tier = Literal["platform", "tenant"]
"""Who works in a namespace; Kubernetes' own (default, kube-public, …) have no tier."""
