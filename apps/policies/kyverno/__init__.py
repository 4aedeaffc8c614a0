"""What Kyverno asks: images, pods, and the defaults of a tenant's namespaces."""

from apps.policies.kyverno.images import IMAGES
from apps.policies.kyverno.pod_security_baseline import BASELINE
from apps.policies.kyverno.pod_security_restricted import RESTRICTED
from apps.policies.kyverno.signatures import SIGNATURES
from apps.policies.kyverno.tenants import TENANTS
from apps.policies.kyverno.workloads import WORKLOADS

KYVERNO = (*IMAGES, *SIGNATURES, *WORKLOADS, *BASELINE, *RESTRICTED, *TENANTS)
"""Those of Kyverno, subject by subject."""
