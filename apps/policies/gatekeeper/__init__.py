"""What Gatekeeper asks: namespaces, Services, annotations, hosts, rights, what is observed, and budgets."""

from .annotations import ANNOTATIONS
from .disruption import BUDGETS
from .hosts import HOSTS
from .namespaces import NAMESPACES
from .observability import OBSERVABILITY
from .rights import RIGHTS
from .services import SERVICES
from .storage import STORAGE

GATEKEEPER = (*NAMESPACES, *HOSTS, *SERVICES, *ANNOTATIONS, *RIGHTS, *STORAGE, *BUDGETS, *OBSERVABILITY)
"""All of them, one module a subject."""
