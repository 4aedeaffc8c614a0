"""The policies of the platform: what is asked of every object, which engine asks it, and how strictly."""

from apps.policies.gatekeeper import GATEKEEPER
from apps.policies.kyverno import KYVERNO

POLICIES = (*KYVERNO, *GATEKEEPER)
"""All of them; `platform-stack policies` shows them as a table."""
