"""Only platform_stack.integrations knows a product; this reads the source of everything else, word for word.

Read are identifiers, strings (docstrings and messages too) and comments. Not counted are, and that is all:

- examples: what stands in quotes or backticks inside a docstring, a message or a comment, and a role as
  it is written: roles=(…);
- sources: URLs;
- imports from platform_stack.integrations, and what is imported by them;
- Argo CD by its proper name, and as the setting of a cluster: it is who reads dist/.

`platform_stack/__init__.py` is the list of what is exported, from integrations too.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import platform_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARY = Path(platform_stack.__file__).parent
INDEX = LIBRARY / "__init__.py"

PRODUCTS = re.compile(
    r"""
    argo[ _-]?cd | argoproj | cilium | istio | kong(?![a-z]) | konghq | prometheus | grafana | cert[_-]?manager
    | sealed[_-]?secret | (?-i:Sealed\ Secrets) | bitnami | kyverno | gatekeeper | falco
    | velero | vault | jaeger | longhorn | external[_-]dns | (?<![a-z])(?:tempo|loki)(?![a-z]) | kindest
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The tool's name is a word of Kubernetes': only in capitals it can be nothing else.
KIND = re.compile(r"(?<![A-Za-z_])KIND(?![A-Za-z_])")

_READER = re.compile(r"Argo CD(?:'s)?|\bargo_cd\b|\bArgoCd\b|\bARGO_CD_NAMESPACE\b|\b_?own_argo_cd\b")
_URL = re.compile(r"https?://\S+|\b[\w.-]+/[\w.-]+#\d+")
_EXAMPLE = re.compile(r"`[^`]*`|'[^'\n]*'|\"[^\"\n]*\"|roles=\((?:[^()]|\([^()]*\))*\)")


def mentions(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the word of each mention of a product in a module's source."""
    imported = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("platform_stack.integrations")
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    products = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("platform_stack.integrations")
        for alias in node.names
    }
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.start[0] in imported or token.string in products:
            continue
        if token.type == tokenize.NAME:
            yield from _words(token.start[0], token.string)
        elif token.type in (tokenize.STRING, tokenize.COMMENT):
            text = _inside(token.string) if token.type == tokenize.STRING else token.string
            for offset, line in enumerate(_without(text).split("\n")):
                yield from _words(token.start[0] + offset, line)


def _inside(literal: str) -> str:
    """Return a string literal without its own quotes, line for line."""
    match = re.fullmatch(r"(?s)[a-zA-Z]*(\"\"\"|'''|\"|')(.*)\1", literal)
    assert match
    return match[2]


def _without(text: str) -> str:
    return _EXAMPLE.sub("", _URL.sub("", text))


def _words(line: int, text: str) -> Iterator[tuple[int, str]]:
    for pattern in (PRODUCTS, KIND):
        for match in pattern.finditer(_READER.sub("", text)):
            yield line, match[0]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("kong = 1", ["kong"]),
        ("by_application.get('kong')", ["kong"]),
        ("x = 'konghq.com/plugins'", ["konghq"]),
        ("x = 1  # Cilium answers", ["Cilium"]),
        ('"""Ask Prometheus.\n\nThen Istio.\n"""', ["Prometheus", "Istio"]),
        ("namespace = 'argocd'", ["argocd"]),
        ("from platform_stack_imports import cilium", ["cilium"]),
        ("x = 'as KIND has it'", ["KIND"]),
        ("kind = item['kind']", []),
        ("x = 'Argo CD reads it'; cluster.argo_cd.namespace", []),
        ("from platform_stack.integrations import kong\nroles = (kong.gateway(),)", []),
        ("x = f\"a name, such as 'cert-manager'\"", []),
        ('"""A name (`kong`); see https://docs.cilium.io/x."""', []),
        ("template = tempo_of(evolution)", ["tempo"]),
        ("contemporary = template", []),
        ("hint = 'add roles=(istio.mesh(sidecar=…),) to it'", []),
    ],
)
def test_what_counts_as_a_mention(source: str, words: list[str]) -> None:
    assert [word for _, word in mentions(source)] == words


def test_only_integrations_know_a_product() -> None:
    named = [
        f"{path.relative_to(LIBRARY)}:{line}: {word}"
        for path in sorted(LIBRARY.rglob("*.py"))
        if path != INDEX and "integrations" not in path.relative_to(LIBRARY).parts
        for line, word in mentions(path.read_text())
    ]
    assert not named, "\n".join(named)
