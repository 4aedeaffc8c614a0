"""What Gatekeeper asks: namespaces, Services, annotations, hosts, rights, and objects compared with each other."""

from .annotations import ANNOTATIONS
from .disruption import BUDGETS
from .hosts import HOSTS
from .namespaces import NAMESPACES
from .rights import RIGHTS
from .services import SERVICES
from .storage import STORAGE

GATEKEEPER = (*NAMESPACES, *HOSTS, *SERVICES, *ANNOTATIONS, *RIGHTS, *STORAGE, *BUDGETS)
"""All of them, one module a subject."""
