"""The rooms of the tests: what each may know (CONTRIBUTING.md)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.engines import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TESTS = ROOT / "tests"
ROOMS = ("library", "platform", "reference")
HOME = ("tests.platform", "tests.reference", "apps")
"""What the library's tests may not import, not even through what they import of tests/."""


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports, by their full names; those of a package also as if they were modules."""
    package = path.relative_to(ROOT).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            found |= {module, *(f"{module}.{name.name}" for name in node.names)}
    return found


def reached(path: Path) -> set[str]:
    """Return what a file of tests/ imports, and what that imports as far as it is in tests/."""
    found: set[str] = set()
    ahead = [path]
    while ahead:
        for module in imported(ahead.pop()) - found:
            found.add(module)
            file = ROOT.joinpath(*module.split(".")).with_suffix(".py")
            if module.startswith("tests.") and file.is_file():
                ahead.append(file)
    return found


def test_every_test_is_in_a_room() -> None:
    outside = [
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("test_*.py")
        if path.relative_to(TESTS).parts[0] not in ROOMS and "node_modules" not in path.parts
    ]
    assert outside == []


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((TESTS / "library").rglob("*.py")) if path.parent.name != "invalid"],
    ids=lambda path: path.relative_to(TESTS / "library").as_posix(),
)
def test_the_library_is_tested_without_the_platform(path: Path) -> None:
    assert [
        module
        for module in sorted(reached(path))
        if f"{module}.".startswith(tuple(f"{one}." for one in HOME))
    ] == []


def test_an_import_of_an_import_is_seen() -> None:
    assert "apps.__main__.PLATFORM" in reached(TESTS / "platform" / "flows" / "test_dist.py")
