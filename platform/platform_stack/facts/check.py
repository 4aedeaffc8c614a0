"""Helm values against the recorded shape of their chart."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.exceptions import ValidationError

_FEW = 12
"""That many known keys are listed in a message; more are counted."""


@dataclass(frozen=True, slots=True, order=True)
class ValuesProblem:
    """A value that the chart does not take.

    ``path`` leads to it from the top of the values; ``message`` says what was found and what was expected;
    ``suggestion`` is the known key nearest to an unknown one, or None.
    """

    path: tuple[str | int, ...]
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        """Give one line: where, found, expected, and the suggestion."""
        hint = f"; did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{dotted(self.path)}: {self.message}{hint}"


def dotted(path: Sequence[str | int]) -> str:
    """Write a path as ``server.hosts[0]``; a key with a dot or a slash is quoted in brackets."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif "." in part or "/" in part:
            text += f'["{part}"]'
        else:
            text += f".{part}" if text else part
    return text


def check_values(shape: Mapping[str, Any], values: Mapping[str, Any]) -> list[ValuesProblem]:
    """Find what is wrong with the values of a chart.

    Args:
        shape: the recorded shape (``ChartFacts.values``).
        values: the values, JSON data; any mapping counts as an object, any sequence as an array.

    Returns:
        The problems, sorted by path; none if the chart takes the values.

    """
    # Imported here, because it takes longer than everything else in this package.
    import jsonschema  # noqa: PLC0415

    validator = jsonschema.Draft202012Validator(shape)
    problems: dict[tuple[str | int, ...], ValuesProblem] = {}
    for error in validator.iter_errors(_plain(values)):
        for problem in _problems(error):
            problems.setdefault(problem.path, problem)
    return sorted(problems.values(), key=lambda problem: [str(part) for part in problem.path])


def _plain(value: object) -> object:
    """Turn any mapping into a dict and any sequence into a list, as JSON knows them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _problems(error: ValidationError) -> Iterator[ValuesProblem]:
    """Say an error in our words; an unknown key is a problem of its own, at its own path."""
    where = tuple(error.absolute_path)
    # Any: the library's types allow for schemas of other forms than a recorded shape.
    instance: Any = error.instance
    keyword: Any = error.validator_value
    schema: Any = error.schema
    match error.validator:
        case "additionalProperties":
            known = sorted(schema.get("properties", {}))
            for key in sorted(set(instance) - set(known)):
                near = difflib.get_close_matches(key, known, n=1)
                yield ValuesProblem(
                    (*where, key),
                    f"found unknown key {key!r}, expected {_one_of(known)}",
                    near[0] if near else None,
                )
        case "type":
            names = [keyword] if isinstance(keyword, str) else keyword
            expected = " or ".join(name for name in names if name != "null")
            yield ValuesProblem(where, f"found {_describe(instance)}, expected {expected}")
        case "enum":
            allowed = ", ".join(repr(value) for value in keyword if value is not None)
            yield ValuesProblem(where, f"found {instance!r}, expected one of {allowed}")
        case _:
            yield ValuesProblem(where, error.message)


def _one_of(known: list[str]) -> str:
    if not known:
        return "no key here"
    if len(known) > _FEW:
        return f"one of the {len(known)} keys that the chart knows here"
    return f"one of {', '.join(known)}"


def _describe(value: object) -> str:
    """Name a value's JSON type, with the value if it is short."""
    match value:
        case bool():
            return f"boolean {str(value).lower()}"
        case int() | float():
            return f"number {value}"
        case str():
            return f"string {value[:40]!r}"
        case list():
            return f"array of {len(value)}"
        case _:
            return "object"
