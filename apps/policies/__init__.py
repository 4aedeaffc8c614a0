"""The policies of the platform: what is asked of every object, which engine asks it, and how strictly."""

from .gatekeeper import GATEKEEPER
from .kyverno import KYVERNO

POLICIES = (*KYVERNO, *GATEKEEPER)
"""All of them; `platform-stack policies` shows them as a table."""
