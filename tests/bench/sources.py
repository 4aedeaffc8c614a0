"""The objects of one application as a function of its name, in the language of each contender.

They are taken from what synth wrote, so nothing has to be kept the same by hand: each text that contains the
application's name becomes an expression, everything else a literal.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .trees import Manifest


def python(files: Mapping[str, Manifest], name: str) -> str:
    """Return a module with `files(name)`: a list of path and object."""
    pairs = ",\n".join(f"({_python(path, name)}, {_python(item, name)})" for path, item in files.items())
    return f"def files(name):\n    return [\n{pairs}]\n"


def typescript(files: Mapping[str, Manifest], name: str) -> str:
    """Return a module with `objects(name)`: a list of objects."""
    items = ",\n".join(_json(item, name) for item in files.values())
    return (
        'import { ApiObjectProps } from "cdk8s";\n'
        f"export const objects = (name: string): ApiObjectProps[] => [\n{items}];\n"
    )


def jsonnet(files: Mapping[str, Manifest], name: str) -> str:
    """Return a function of the name that makes a list of `path` and `object`."""
    pairs = ",\n".join(
        f"{{path: {_json(path, name)}, object: {_json(item, name)}}}" for path, item in files.items()
    )
    return f"function(name) [\n{pairs}]\n"


def _json(value: object, name: str) -> str:
    """Return JSON with expressions in it: what both TypeScript and jsonnet read."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{_json_key(key, name)}: {_json(item, name)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_json(item, name) for item in value) + "]"
    if isinstance(value, str) and name in value:
        return " + name + ".join(json.dumps(part) for part in value.split(name))
    return json.dumps(value)


def _json_key(key: str, name: str) -> str:
    # Both languages want brackets around a computed key, and jsonnet only around one.
    return f"[{_json(key, name)}]" if name in key else json.dumps(key)


def _python(value: object, name: str) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{_python(key, name)}: {_python(item, name)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_python(item, name) for item in value) + "]"
    if isinstance(value, str) and name in value:
        return "name" if value == name else " + name + ".join(repr(part) for part in value.split(name))
    return repr(value)
