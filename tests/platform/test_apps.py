"""apps/: one folder an application, and imports that go one way."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

import platform_stack
from apps.__main__ import PLATFORM
from platform_stack import Application

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
APPS = ROOT / "apps"
BESIDE = {"policies", "shared", "tenants"}


@dataclass(frozen=True)
class Import:
    """One name of an import; modules by their names from apps/ on, such as `apps.kong.plugins`."""

    importer: str
    module: str
    name: str
    is_relative: bool
    in_function: bool

    def __str__(self) -> str:
        return f"{self.importer}: from {self.module} import {self.name}"


@dataclass(frozen=True)
class Code:
    modules: frozenset[str]
    imports: tuple[Import, ...]

    @classmethod
    def read(cls, package: Path) -> Code:
        paths = sorted(package.rglob("*.py"))
        found = tuple(one for path in paths for one in _imports(path, package.parent))
        return cls(frozenset(_name(path, package.parent) for path in paths), found)

    def target(self, one: Import) -> str:
        """Return the module that the import is of: the name itself, if that is one."""
        full = f"{one.module}.{one.name}"
        return full if full in self.modules else one.module

    def circle(self) -> list[str]:
        """Return modules of which each imports the next and the last the first; empty if there are none.

        An import of a.b.c runs a and a.b as well, but for the packages that the importer lies in itself: they have
        begun before it.
        """
        edges: dict[str, set[str]] = {module: set() for module in self.modules}
        for one in self.imports:
            target, around = self.target(one), {*_packages(one.importer)}
            edges[one.importer] |= {target, *_packages(target)} - around - {one.importer}
            edges[one.importer] |= {target} & around
        try:
            TopologicalSorter({module: edges[module] & self.modules for module in edges}).prepare()
        except CycleError as error:
            return list(reversed(error.args[1]))
        return []


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _packages(module: str) -> list[str]:
    """Return the packages that a module lies in."""
    parts = module.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _imports(path: Path, root: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda))
    late = {inner for function in functions for inner in ast.walk(function)}
    package = path.parent.relative_to(root).parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(_name(path, root), alias.name, "", is_relative=False, in_function=node in late)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, *([node.module] if node.module else [])))
            for alias in node.names:
                yield Import(_name(path, root), module, alias.name, node.level > 0, node in late)


CODE = Code.read(APPS)


def folder(application: str) -> str:
    return application.replace("-", "_")


def own_folder(module: str) -> str:
    """Return the folder of apps/ that a module lies in; empty for the list and the clusters."""
    return "".join(module.split(".")[1:2]).replace("__main__", "")


APPLICATIONS = sorted({path.parent.name for path in APPS.glob("*/__init__.py")} - BESIDE)


def test_a_folder_an_application_and_little_else() -> None:
    there = {path.name for path in APPS.iterdir()} - {"__pycache__"}
    # secrets/ is what `platform-stack secrets` writes.
    assert there - {"secrets"} == {"__init__.py", "__main__.py", *BESIDE, *APPLICATIONS}
    listed = {folder(member.name) for member in PLATFORM.members if member.tier == "platform"}
    assert listed <= {*APPLICATIONS}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_a_folder_holds_the_application_of_its_name(name: str) -> None:
    application = getattr(import_module(f"apps.{name}"), name)
    assert isinstance(application, Application)
    assert folder(application.name) == name
    assert f"apps/{name}/__init__.py:" in application.source  # so messages lead there


def test_imports_go_one_way() -> None:
    assert CODE.circle() == []


def test_no_function_imports() -> None:
    assert [str(one) for one in CODE.imports if one.in_function] == []


def test_imports_are_relative_so_that_the_package_may_have_another_name() -> None:
    assert [
        str(one) for one in CODE.imports if one.module.split(".")[0] == "apps" and not one.is_relative
    ] == []


def test_under_another_name_it_is_the_same_platform(tmp_path: Path) -> None:
    shutil.copytree(APPS, tmp_path / "catalogue")
    shutil.copytree(ROOT / "imports" / "facts", tmp_path / "imports" / "facts")
    shutil.copytree(ROOT / "dist", tmp_path / "dist")
    done = subprocess.run(
        [sys.executable, "-m", "platform_stack", "--platform", "catalogue", "synth", "--check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_shared_imports_no_application() -> None:
    shared = [one for one in CODE.imports if own_folder(one.importer) == "shared"]
    assert shared
    assert {own_folder(one.module) for one in shared if one.is_relative} <= {"shared"}


def test_of_another_application_only_the_application_is_imported() -> None:
    others = [
        one
        for one in CODE.imports
        if own_folder(CODE.target(one)) in APPLICATIONS
        and own_folder(CODE.target(one)) != own_folder(one.importer)
    ]
    assert others
    assert [str(one) for one in others if one.name != own_folder(one.module)] == []


def test_what_is_imported_of_the_library_is_public() -> None:
    imported = set()
    for path in APPS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "platform_stack":
                imported |= {(node.module or "", name.name) for name in node.names}
    assert imported
    for module, name in sorted(imported):
        value = getattr(import_module(module), name)
        if not isinstance(value, ModuleType) and not module.startswith("platform_stack.integrations."):
            assert getattr(platform_stack, name, None) is value, f"{module}.{name}"


@pytest.mark.parametrize(
    ("files", "circle"),
    [
        ({"a/__init__.py": "from ..b import b", "b/__init__.py": "from ..a import a"}, {"p.a", "p.b"}),
        # By way of the package that a module lies in.
        (
            {"a/__init__.py": "from ..b import b", "b/__init__.py": "from ..a.x import y", "a/x.py": ""},
            {"p.a", "p.b"},
        ),
        ({"a/__init__.py": "from . import x", "a/x.py": "from . import NAMESPACE"}, {"p.a", "p.a.x"}),
        ({"a/__init__.py": "from .x import y", "a/x.py": "from .z import y", "a/z.py": "y = 1"}, set()),
        (
            {"__init__.py": "from .a import a", "a/__init__.py": "from ..b import b", "b/__init__.py": ""},
            set(),
        ),
    ],
)
def test_a_circle_is_seen(files: dict[str, str], circle: set[str], tmp_path: Path) -> None:
    for name, text in {"__init__.py": "", **files}.items():
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / name).write_text(text)
    assert set(Code.read(tmp_path / "p").circle()) == circle


def test_a_late_import_and_an_absolute_one_are_seen(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text("def f():\n    import p.b\nfrom p.b import c\nfrom .b import c\n")
    assert [(one.in_function, one.is_relative) for one in Code.read(tmp_path / "p").imports] == [
        (False, False),
        (False, True),
        (True, False),
    ]
