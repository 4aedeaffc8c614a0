"""docs/reference/public-api.md: every name of the library that a platform's description may use.

`python -m tests.public_api` writes it, from `platform_stack.__all__` and the docstrings.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import platform_stack

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "public-api.md"

_HEAD = """\
# Public names of `platform_stack`

All that is imported with `from platform_stack import …`, and what the modules of `platform_stack.integrations` have
beside it, one module a product. Kubernetes' own kinds, and those of the CRDs, are in `platform_stack_imports`. Other
modules below `platform_stack` may change; these names do not without a line in the
changelog. This page is made of the docstrings, which say the rest: `make test` tells when it is stale, and
`.venv/bin/python -m tests.public_api` writes it anew.
"""


@cache
def described() -> dict[str, tuple[str, str]]:
    """Return for each public name the module that makes it and the first sentence about it."""
    found = {}
    for name in platform_stack.__all__:
        home = _home(name)
        found[name] = home, _sentences(home)[name]
    return found


def page() -> str:
    """Return the page, the names by the module that makes them."""
    names = described()
    parts = [_HEAD]
    for home in sorted(
        {home for home, _ in names.values()},
        key=lambda home: (not home.startswith("platform_stack.model"), home),
    ):
        about = _first_sentence(import_module(home).__doc__ or "")
        rows = [f"| `{name}` | {says} |" for name, (module, says) in names.items() if module == home]
        parts.append(
            "\n".join([f"## {about.rstrip('.')}", "", "| name | what it is |", "|---|---|", *rows, ""])
        )
    for module in _modules():
        rows = [
            f"| `{name}` | {says} |"
            for name, says in _sentences(module).items()
            if not name.startswith("_") and name not in names
        ]
        if module.startswith("platform_stack.integrations.") and rows:
            parts.append("\n".join([f"## `{module}`", "", "| name | what it is |", "|---|---|", *rows, ""]))
    return "\n".join(parts)


def _home(name: str) -> str:
    """Return the module in whose source the name is written down."""
    value = getattr(platform_stack, name)
    candidates = [str(getattr(value, "__module__", "")), *_modules()]
    return next(
        module for module in candidates if module.startswith("platform_stack") and name in _sentences(module)
    )


def _modules() -> list[str]:
    folder = Path(platform_stack.__file__).parent
    return sorted(
        ".".join(("platform_stack", *path.relative_to(folder).with_suffix("").parts))
        for path in folder.rglob("*.py")
        if not path.name.startswith("__")
    )


@cache
def _sentences(module: str) -> dict[str, str]:
    """Return the first sentence about each name that a module makes at its top level, by its source."""
    path = Path(platform_stack.__file__).parent.parent.joinpath(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    body = ast.parse(source.read_text()).body
    found = {}
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = _first_sentence(ast.get_docstring(node) or "")
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(after, ast.Expr):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and isinstance(after.value, ast.Constant):
                found[target.id] = _first_sentence(str(after.value.value))
    return found


def _first_sentence(text: str) -> str:
    flat = " ".join(text.split())
    return re.split(r"(?<=\.) (?=[A-Z`])|: (?=https?://)", flat, maxsplit=1)[0].replace("|", "\\|")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
