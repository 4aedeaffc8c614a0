"""What Gatekeeper asks: namespaces, Services, hosts, rights, what is observed, and objects compared with each other."""

from .disruption import BUDGETS
from .hosts import HOSTS
from .namespaces import NAMESPACES
from .observability import OBSERVABILITY
from .rights import RIGHTS
from .services import SERVICES
from .storage import STORAGE

GATEKEEPER = (*NAMESPACES, *HOSTS, *SERVICES, *RIGHTS, *STORAGE, *BUDGETS, *OBSERVABILITY)
"""All of them, one module a subject."""
