"""YAML as helm reads and writes it.

PyYAML follows YAML 1.1 more closely than Go's library does. What differs and occurs in charts: ``=`` and
timestamps are strings there, ``10:20`` is no number in base 60, and ``1e+06`` is a number.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

_DROPPED_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("timestamp", "value", "int", "float"))
_INTEGER = re.compile(r"^[-+]?(?:0|[1-9][0-9_]*|0o?[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+)$")
_FLOAT = re.compile(
    r"^(?:[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?=[eE]))(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)


class HelmLoader(yaml.CSafeLoader):
    """A safe loader with the scalars of Go's YAML library."""


HelmLoader.yaml_implicit_resolvers = {
    first: [resolver for resolver in resolvers if resolver[0] not in _DROPPED_TAGS]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
HelmLoader.add_implicit_resolver("tag:yaml.org,2002:int", _INTEGER, list("-+0123456789"))
HelmLoader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


def _integer(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> int:
    """Read an integer; ``0o17`` is octal in Go's library and unknown to PyYAML."""
    text = str(loader.construct_scalar(node)).replace("_", "").lower()
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    base = {"0x": 16, "0b": 2, "0o": 8}.get(digits[:2])
    if base is None:
        base = 8 if digits.startswith("0") and digits != "0" else 10
    return int(sign + digits, base)


def _float(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> int | float:
    """Read a number; helm prints integers above a million as ``1e+06``, which are integers again."""
    text = str(loader.construct_scalar(node)).replace("_", "").lower()
    number = float(text.replace(".inf", "inf").replace(".nan", "nan"))
    return int(number) if "e" in text and number.is_integer() else number


HelmLoader.add_constructor("tag:yaml.org,2002:int", _integer)
HelmLoader.add_constructor("tag:yaml.org,2002:float", _float)


def load(text: str) -> Any:  # noqa: ANN401 - YAML holds anything
    """Read one YAML document.

    Raises:
        yaml.YAMLError: the text is no YAML, or holds more than one document.

    """
    # HelmLoader is a safe loader, which the rule cannot see.
    return yaml.load(text, HelmLoader)  # noqa: S506


def load_all(text: str) -> list[Any]:
    """Read every document of a YAML stream, empty ones as None.

    Raises:
        yaml.YAMLError: the text is no YAML.

    """
    return list(yaml.load_all(text, HelmLoader))
