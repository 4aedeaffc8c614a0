"""The one error of the library: what is wrong with a platform's description, and what to do next."""

from __future__ import annotations

import difflib
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LIBRARY = f"{Path(__file__).parent}{os.sep}"
_STANDARD_LIBRARY = f"{Path(os.__file__).parent}{os.sep}"
_INSTALLED = ("site-packages", "dist-packages")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        where: the place: file and line, application, key path.
        found: what stands there.
        expected: what would be right.
        hint: what to do next; may be empty.
        rule: the id of the rule that found it; empty where it was found while something was made.

    """

    where: str
    found: str
    expected: str
    hint: str = ""
    rule: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Give the finding as indented lines for a terminal or a log."""
        lines = [self.where, f"  found:    {self.found}", f"  expected: {self.expected}"]
        if self.hint:
            lines.append(f"  hint:     {self.hint}")
        return "\n".join(lines)


class PlatformError(Exception):
    """The description of a platform is wrong; nothing was written.

    Attributes:
        findings: each thing that is wrong, in a stable order; at least one.

    """

    def __init__(self, *findings: Finding) -> None:
        """Hold the findings; str() of the error prints them all."""
        super().__init__(*findings)
        self.findings = findings

    def __str__(self) -> str:
        """Give all findings, each as indented lines."""
        return "\n".join(str(finding) for finding in self.findings)


def fail(where: str, found: object, expected: str, hint: str = "") -> NoReturn:
    """Raise a PlatformError with one finding; `found` is shown as Python shows it unless it is text."""
    raise PlatformError(Finding(where, found if isinstance(found, str) else repr(found), expected, hint))


@contextmanager
def collecting(findings: list[Finding]) -> Iterator[None]:
    """Add the findings of a PlatformError to a list instead of raising it, so that others may be found too."""
    try:
        yield
    except PlatformError as error:
        findings += error.findings


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, each once, by their place (a file's lines by number), then by what was found."""

    def key(finding: Finding) -> tuple[str, int, str, str]:
        path, _, rest = finding.where.partition(":")
        line, _, what = rest.partition(":")
        return (path, int(line), what, finding.found) if line.isdigit() else (path, 0, rest, finding.found)

    return sorted(dict.fromkeys(findings), key=key)


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the candidate nearest to `name`, or all candidates if none is near."""
    known = sorted(candidates)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(known)}" if known else ""


def called_from() -> str:
    """Return "file:line" of the nearest caller outside this library and Python's own (dataclasses.replace)."""
    path, line = _caller()
    return f"{short_path(path)}:{line}"


def _caller() -> tuple[str, int]:
    frame = sys._getframe(1)  # noqa: SLF001  the stdlib's own way to it (inspect) reads source files and is slow
    while frame.f_back is not None and not _is_users(frame.f_code.co_filename):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


@cache
def _is_users(path: str) -> bool:
    if path.startswith(_STANDARD_LIBRARY):  # which may hold what was installed
        return any(part in path[len(_STANDARD_LIBRARY) :] for part in _INSTALLED) and not path.startswith(
            _LIBRARY
        )
    return not path.startswith((_LIBRARY, "<"))


def short_path(path: str | Path) -> str:
    """Return `path` relative to the working folder if it lies below it, else as it is."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)
