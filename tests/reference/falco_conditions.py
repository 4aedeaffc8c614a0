"""Falco's condition language, as far as the platform's own rules use it, over events that are plain mappings.

Written from https://falco.org/docs/concepts/rules/conditions/, without Falco: `and`, `or`, `not`, parentheses, and
the operators below. A comparison with a field that the event does not have is false. No macros: a name that stands
alone is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"\s*(\(|\)|,|!=|=|[^\s(),=!]+)")
_FIELD = re.compile(r"[a-z]\w*(\.\w+)+")


@dataclass
class _Reader:
    tokens: list[str]
    event: Mapping[str, str]
    lists: Mapping[str, list[str]]
    fields: set[str] = field(default_factory=set)
    at: int = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            message = f"{token!r} at {self.at} of {' '.join(self.tokens)}, not {expected or 'more'!r}"
            raise ValueError(message)
        self.at += 1
        return token

    def either(self) -> bool:
        found = self.both()
        while self.peek() == "or":
            self.take()
            found = self.both() or found
        return found

    def both(self) -> bool:
        found = self.one()
        while self.peek() == "and":
            self.take()
            found = self.one() and found
        return found

    def one(self) -> bool:
        if self.peek() == "not":
            self.take()
            return not self.one()
        if self.peek() == "(":
            self.take()
            found = self.either()
            self.take(")")
            return found
        return self.check()

    def check(self) -> bool:
        name = self.take()
        if not _FIELD.fullmatch(name):
            message = f"{name!r} is no field: macros may change with an image"
            raise ValueError(message)
        self.fields.add(name)
        operator, value = self.take(), self.event.get(name)
        if operator == "exists":
            return value is not None
        if operator == "in":
            return value in self.values()
        right = self.take()
        if value is None:
            return False
        operators = {"=": value == right, "!=": value != right, "startswith": value.startswith(right)}
        return operators[operator]

    def values(self) -> list[str]:
        self.take("(")
        found = []
        while self.peek() != ")":
            word = self.take()
            found += self.lists.get(word, [word]) if word != "," else []
        self.take(")")
        return found


def matches(condition: str, event: Mapping[str, str], lists: Mapping[str, list[str]]) -> bool:
    """Return whether an event fulfils a condition; raise a ValueError for what is not read here."""
    reader = _Reader(_TOKEN.findall(condition), event, lists)
    found = reader.either()
    if reader.peek():
        reader.take("end")
    return found
