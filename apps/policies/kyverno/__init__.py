"""What Kyverno asks: images, pods, and the defaults of a tenant's namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_stack import Policy

KYVERNO: tuple[Policy, ...] = ()
