"""What Kyverno asks: images, pods, and the defaults of a tenant's namespaces."""

from .images import IMAGES
from .pod_security_baseline import BASELINE
from .pod_security_restricted import RESTRICTED
from .quotas import QUOTAS
from .scheduling import SCHEDULING
from .signatures import SIGNATURES
from .tenants import TENANTS
from .workloads import WORKLOADS

KYVERNO = (*IMAGES, *SIGNATURES, *WORKLOADS, *BASELINE, *RESTRICTED, *SCHEDULING, *TENANTS, *QUOTAS)
"""Those of Kyverno, subject by subject."""
