"""What Gatekeeper asks: namespaces, Services, hosts, rights, and objects compared with each other."""

from apps.policies.gatekeeper.disruption import BUDGETS
from apps.policies.gatekeeper.hosts import HOSTS
from apps.policies.gatekeeper.namespaces import NAMESPACES
from apps.policies.gatekeeper.rights import RIGHTS
from apps.policies.gatekeeper.services import SERVICES
from apps.policies.gatekeeper.storage import STORAGE

GATEKEEPER = (*NAMESPACES, *HOSTS, *SERVICES, *RIGHTS, *STORAGE, *BUDGETS)
"""All of them, one module a subject."""
