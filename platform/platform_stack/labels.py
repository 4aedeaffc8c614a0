"""Labels and annotations of the platform itself, all with one prefix."""

from typing import Literal

TIER = "platform-stack.io/tier"
"""Label of a Namespace: whether the platform or a tenant works in it."""

OWNER = "platform-stack.io/owner"
"""Label of a Namespace: the application or the tenant that answers for it."""

NO_DEFAULT_DENY = "platform-stack.io/no-default-deny-because"
"""Annotation of a Namespace: why its pods may talk to everybody. Without it the namespace has a default deny."""

CONTACT = "platform-stack.io/contact"
"""Annotation of a tenant's Namespace: who answers for it."""

QUOTA = "platform-stack.io/quota-"
"""Prefix of the annotations of a tenant's Namespace that say its quota: `cpu`, `memory`, `pods`, `storage`.

A policy makes the ResourceQuota and the LimitRange of them."""

CHANGING = frozenset(
    {
        "app.kubernetes.io/version",
        "chart",
        "controller-revision-hash",
        "helm.sh/chart",
        "pod-template-generation",
        "pod-template-hash",
        "version",
    }
)
"""Labels of others whose value changes with a version of a chart, of a program or of a pod's template.

What selects one of them misses the pods of the next version: a hook of an upgrade meets the default deny, and an
old pod and a new one do not count as the same. `chart` is in some charts the chart's name alone; nothing says so."""

Tier = Literal["platform", "tenant"]
"""Who works in a namespace; Kubernetes' own (default, kube-public, …) have no tier."""
