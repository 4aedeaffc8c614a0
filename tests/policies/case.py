"""One case of a policy: an object, what the policy should say of it, and whether the engine said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Expected = Literal["passed", "refused", "changed", "generated", "not asked"]
"""What a case says; `not asked`: the policy does not look at the object, which counts as nothing."""


@dataclass(frozen=True)
class Case:
    """One case, as its file says it.

    Attributes:
        policy: name of the policy's object in the cluster.
        what: the object, or the case's own name.
        expected: what should come of it.
        problem: what came instead; empty where the engine said what was expected.

    """

    policy: str
    what: str
    expected: Expected
    problem: str = ""

    def __str__(self) -> str:
        """Give the case, and what is wrong with it, on one line."""
        return f"{self.policy}: {self.what} should be {self.expected}: {self.problem or 'it is'}"
