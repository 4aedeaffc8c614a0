"""What Kyverno asks: images, pods, and the defaults of a tenant's namespaces."""

from .images import IMAGES
from .lifetime import LIFETIME
from .pod_security_baseline import BASELINE
from .pod_security_restricted import RESTRICTED
from .sidecars import SIDECARS
from .signatures import SIGNATURES
from .tenants import TENANTS
from .workloads import WORKLOADS

KYVERNO = (*IMAGES, *SIGNATURES, *WORKLOADS, *LIFETIME, *SIDECARS, *BASELINE, *RESTRICTED, *TENANTS)
"""Those of Kyverno, subject by subject."""
