"""Plain data: what YAML and JSON can hold, and every reader takes the same way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from platform_stack.errors import Finding, PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXPECTED = "maps with text as keys, lists, text, numbers, True, False and None"

_HINTS = {
    "set": "a set has no order: write a list",
    "frozenset": "a set has no order: write a list",
    "tuple": "write [...] instead of (...)",
    "generator": "write list(...)",
    "bytes": "write text; binary data goes into a Secret or binaryData, in base64",
    "date": "write the date as text",
    "datetime": "write the time as text",
    "function": "call it",
}


def check_plain_data(where: str, value: object) -> None:
    """Fail unless a tree is plain data; each thing that is not is named by the path of its key.

    A set, for one, would be written in another order by each run, and a date is a date to one reader of
    YAML and text to another.
    """
    findings = [
        Finding(f"{where}: {path.lstrip('.')}" if path else where, found, _EXPECTED, hint)
        for path, found, hint in _strange(value, "")
    ]
    if findings:
        raise PlatformError(*findings)


def _strange(value: object, path: str) -> Iterator[tuple[str, str, str]]:
    """Yield path, what is there, and what to do about it, for all that is no plain data."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            if isinstance(key, str):
                yield from _strange(member, f"{path}.{key}")
            else:
                yield (
                    path,
                    f"the key {key!r} ({type(key).__name__})",
                    f"write {str(key)!r}: maps may not mix keys that look the same",
                )
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _strange(member, f"{path}[{index}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, f"{value!r} (float)", "JSON, which Helm and Kubernetes read, has no such number"
    elif not (isinstance(value, str) or value is None or type(value) in (bool, int, float)):
        kind = type(value).__name__
        shown = f"{value!r} ({kind})" if isinstance(value, bytes | int) else f"a {kind}"
        yield path, shown, _HINTS.get(kind, "")
