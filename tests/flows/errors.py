"""The one error of the two judges, in the form every error of this project has."""

from __future__ import annotations

from typing import NoReturn


class ManifestError(Exception):
    """A manifest, a peer or a question that cannot be judged."""


def fail(where: str, found: object, expected: str, hint: str) -> NoReturn:
    """Raise a ManifestError: where it was, what was found, what was expected, what to try."""
    message = f"{where}: found {found!r}; expected {expected}; hint: {hint}"
    raise ManifestError(message)


def expect_keys(where: str, found: object, known: set[str]) -> dict[str, object]:
    """Return `found` as a mapping; raise a ManifestError if it is none or has other keys than `known`."""
    if not isinstance(found, dict):
        fail(where, found, "a mapping", "see the API reference")
    if unknown := sorted(set(found) - known):
        expected = f"one of {', '.join(sorted(known))}"
        fail(where, unknown[0], expected, "a misspelt field, or one that is not judged")
    return found


def expect_list(where: str, found: object) -> list[object]:
    """Return `found` as a list; raise a ManifestError if it is none."""
    if not isinstance(found, list):
        fail(where, found, "a list", "see the API reference")
    return found


def expect_text(where: str, found: object) -> str:
    """Return `found` as text that is not empty; raise a ManifestError if it is none."""
    if not isinstance(found, str) or not found:
        fail(where, found, "text that is not empty", "quote it")
    return found
