"""Gatekeeper's objects from policies and exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from platform_stack.model import Policy, SyncWave
    from platform_stack.policies.estate import Estate
    from platform_stack.typed import ApiObject


def objects(estate: Estate, policies: Sequence[Policy]) -> Iterator[tuple[ApiObject, SyncWave | int]]:
    """Yield the objects of Gatekeeper's policies, and of the exceptions from them, each with its wave."""
    raise NotImplementedError
