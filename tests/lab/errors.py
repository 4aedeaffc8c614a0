"""The one error of the lab, in the form every error of this project has."""

from __future__ import annotations

from typing import NoReturn


class LabError(Exception):
    """Something that stops the lab."""


def fail(where: str, found: str, expected: str, hint: str) -> NoReturn:
    """Raise a LabError: where it was, what was found, what was expected, what to try."""
    message = f"{where}: found {found}; expected {expected}; hint: {hint}"
    raise LabError(message)
