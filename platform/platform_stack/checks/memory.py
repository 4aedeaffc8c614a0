"""GOMEMLIMIT against the container's memory limit: Go's collector needs to know less than there is.

Nearer to it memory that is not of Go's heap and stacks (cgo, mapped files, other processes of the container, BPF
maps) meets the limit first, and the kernel kills what the collector could have kept alive
(https://go.dev/doc/gc-guide#Memory_limit: a headroom of 5-10 %).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from platform_stack.errors import Finding
from platform_stack.quantity import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.estate import Estate

MOST = Decimal("0.95")
"""Share of the limit from which on there is no room left."""

_NAME = "GOMEMLIMIT"
_ASSIGNMENT = re.compile(rf"\b{_NAME}=(\S+)")


def room_for_go(estate: Estate) -> Iterator[Finding]:
    """Yield each GOMEMLIMIT of a release's values that leaves no room below the memory limit beside it."""
    for release in estate.releases:
        for path, text, limit in _pairs(release.values, ()):
            found = go_quantity(text)
            if found is None or found >= quantity(limit) * MOST:
                yield Finding(
                    f"{release.application.source}: application {release.application.name!r}: "
                    f"release {release.chart.release!r}: values: {'.'.join(path) or 'top level'}: {_NAME}",
                    f"{text!r} of a limit of {limit}",
                    f"an amount such as '64MiB', below {MOST:.0%} of the limit: memory is not only Go's",
                    "85 to 90 % is the usual share",
                )


def go_quantity(text: str) -> Decimal | None:
    """Return an amount of memory as Go's runtime reads it ("64MiB", "1000B", "1000") in bytes; None: it does not."""
    found = re.fullmatch(r"(\d+)(?:([KMGT]i)?B)?", text)
    return quantity(f"{found[1]}{found[2] or ''}") if found else None


def _pairs(values: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield (path, GOMEMLIMIT, limit) of each mapping that describes a container by both, in a chart's own keys."""
    if isinstance(values, list | tuple):
        for index, item in enumerate(values):
            yield from _pairs(item, (*path, str(index)))
    if not isinstance(values, dict):
        return
    limit: Any = values
    for key in ("resources", "limits", "memory"):
        limit = limit.get(key) if isinstance(limit, dict) else None
    if isinstance(limit, str):
        yield from ((path, text, limit) for key in values for text in _texts(values[key]))
    for key, item in values.items():
        yield from _pairs(item, (*path, str(key)))


def _texts(value: object) -> Iterator[str]:
    """Yield each GOMEMLIMIT of an environment (list of variables, or mapping) or of a command line."""
    variables: Mapping[str, Any] = value if isinstance(value, dict) else {}
    if isinstance(value, list | tuple):
        variables = {str(one.get("name")): one.get("value") for one in value if isinstance(one, dict)}
        for word in value:
            if isinstance(word, str):
                yield from _ASSIGNMENT.findall(word)
    if isinstance(variables.get(_NAME), str):
        yield variables[_NAME]
