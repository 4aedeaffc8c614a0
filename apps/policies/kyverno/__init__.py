"""What Kyverno asks: images, pods, and the defaults of a tenant's namespaces."""

from .images import IMAGES
from .lifetime import LIFETIME
from .pod_security_baseline import BASELINE
from .pod_security_restricted import RESTRICTED
from .quotas import QUOTAS
from .scheduling import SCHEDULING
from .sidecars import SIDECARS
from .signatures import SIGNATURES
from .tenants import TENANTS
from .workloads import WORKLOADS

KYVERNO = (
    *IMAGES,
    *SIGNATURES,
    *WORKLOADS,
    *LIFETIME,
    *SIDECARS,
    *SCHEDULING,
    *BASELINE,
    *RESTRICTED,
    *TENANTS,
    *QUOTAS,
)
"""Those of Kyverno, subject by subject."""
