"""Values written as CEL (https://github.com/google/cel-spec/blob/master/doc/langdef.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping


def literal(value: str | list[str] | Mapping[str, object]) -> str:
    """Return text, a list or a map of them as a CEL literal."""
    if isinstance(value, str):
        # JSON's escapes are among those of CEL.
        return json.dumps(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"  # type: ignore[arg-type]
    return "[" + ", ".join(literal(item) for item in value) + "]"
