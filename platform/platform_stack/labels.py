"""Labels and annotations of the platform itself, all with one prefix."""

from typing import Literal

TIER = "platform-stack.io/tier"
"""Label of a Namespace: whether the platform or a tenant works in it."""

OWNER = "platform-stack.io/owner"
"""Label of a Namespace: the application or the tenant that answers for it; annotation of an exception: who does."""

NO_DEFAULT_DENY = "platform-stack.io/no-default-deny-because"
"""Annotation of a Namespace: why its pods may talk to everybody. Without it the namespace has a default deny."""

CONTACT = "platform-stack.io/contact"
"""Annotation of a tenant's Namespace: who answers for it."""

QUOTA = "platform-stack.io/quota-"
"""Prefix of the annotations of a tenant's Namespace that say its quota: `cpu`, `memory`, `pods`, `storage`.

A policy makes the ResourceQuota and the LimitRange of them."""

ALLOWS = "platform-stack.io/allows"
"""Annotation of a policy: what it allows, and who declared it."""

SEALED_FOR = "platform-stack.io/sealed-for"
"""Annotation of a sealed Secret: the fingerprint of the certificate that it was sealed with."""

LAYER = "platform-stack.io/layer"
"""Label of an Application: `root`, `bootstrap`, `application`, or `tenant` for what a tenant installs."""

GATE_EXEMPT = "platform-stack.io/gate-exempt"
"""Annotation of an Application or ApplicationSet that holds up no wave; its value is the reason."""

APPLICATIONS = "platform-stack.io/applications"
"""Annotation of an ApplicationSet: how many Applications it should have."""

EXCEPTIONS = "platform-stack.io/exceptions"
"""Annotation of a constraint: which objects it does not apply to, why, and who answers for each."""

EXCLUDED = "platform-stack.io/excluded-namespaces"
"""Annotation of a constraint: why it is not asked in its excluded namespaces."""

POLICIES = "platform-stack.io/policies"
"""Annotation of a template or SyncSet: the policies it is for."""

POD_SECURITY_BECAUSE = "platform-stack.io/pod-security-because"
"""Annotation of a Namespace: why its Pod Security level is not `restricted`."""

POLICY = "platform-stack.io/policy"
"""Annotation of each object that is made of a policy: its name."""

ASKS = "platform-stack.io/asks"
"""Annotation of such an object: what the policy asks."""

PROTECTS_FROM = "platform-stack.io/protects-from"
"""Annotation of such an object: what the policy protects from."""

SEVERITY = "platform-stack.io/severity"
"""Annotation of such an object: how bad it is to break the policy."""

HINT = "platform-stack.io/hint"
"""Annotation of such an object: what to do when something is refused."""

BECAUSE = "platform-stack.io/because"
"""Annotation of an exception: its reason; OWNER says who answers for it."""

APPLICATION = "platform-stack.io/application"
"""Annotation of an exception: the application that declares it."""

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
