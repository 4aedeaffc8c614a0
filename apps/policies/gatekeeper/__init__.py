"""What Gatekeeper asks: namespaces, Services, hosts, rights, and objects compared with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_stack import Policy

GATEKEEPER: tuple[Policy, ...] = ()
