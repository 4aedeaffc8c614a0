"""What Gatekeeper asks: namespaces, Services, hosts, rights, and objects compared with each other."""

from .disruption import BUDGETS
from .hosts import HOSTS
from .namespaces import NAMESPACES
from .rights import RIGHTS
from .services import SERVICES
from .storage import STORAGE

GATEKEEPER = (*NAMESPACES, *HOSTS, *SERVICES, *RIGHTS, *STORAGE, *BUDGETS)
"""All of them, one module a subject."""
