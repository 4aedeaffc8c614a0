"""Each field is checked when an object is made, by the type that it is annotated with.

The annotations of a class are read once, before its first object is made: `tuple[Route, ...]` is a tuple of
Routes, `Mapping[str, Any]` a tree of plain data, `Annotated[int, check]` whatever `check` lets through. What is
wrong is told with the place that makes the object, also through dataclasses.replace.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, TypeVar

from platform_stack.errors import Finding, PlatformError, called_from, did_you_mean
from platform_stack.model.field_types import Answering, field_types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from platform_stack.model.field_types import FieldType

Class = TypeVar("Class")

_NAMED_BY = ("name", "host", "kind", "what")


def checked(noun: str) -> Callable[[type[Class]], type[Class]]:
    """Return the decorator of a dataclass whose arguments are checked before it is made.

    Unknown, missing and doubled arguments are refused too, and all that is wrong is told at once.

    Args:
        noun: what an object of the class is called in messages.

    """

    def decorate(cls: type[Class]) -> type[Class]:
        made: Callable[..., None] = cls.__init__
        fields = [each for each in dataclasses.fields(cls) if each.init]  # type: ignore[arg-type]  # a dataclass
        positional = [each.name for each in fields if not each.kw_only]
        required = {
            each.name
            for each in fields
            if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
        }
        known: dict[str, FieldType] = {}
        answering: dict[str, FieldType] = {}

        @functools.wraps(made)
        def init(self: object, *values: object, **given: object) -> None:
            if not known:
                known.update(field_types(cls, [each.name for each in fields]))
                answering.update({name: each.returns for name, each in known.items() if each.returns})
            arguments = {**dict(zip(positional, values, strict=False)), **given} if values else given
            findings = [
                *(_misplaced(values, given, positional, known) if values else ()),
                *_wrong(arguments, known),
                *(
                    Finding(name, "nothing", known[name].wording)
                    for name in known
                    if name in required and name not in arguments
                ),
            ]
            if findings:
                where = f"{called_from()}: {noun}{_named(arguments)}"
                raise PlatformError(
                    *(dataclasses.replace(each, where=f"{where}: {each.where}") for each in findings)
                )
            made(self, **arguments)
            for name, returns in answering.items():
                value = arguments.get(name)
                if callable(value) and not isinstance(value, Answering):
                    where = f"{called_from()}: {noun}{_named(arguments)}: {name}"
                    object.__setattr__(self, name, Answering(value, where, returns))

        cls.__init__ = init  # type: ignore[method-assign]
        return cls

    return decorate


def _wrong(arguments: Mapping[str, object], known: Mapping[str, FieldType]) -> Iterator[Finding]:
    for name, value in arguments.items():
        if name not in known:
            yield Finding(name, "an unknown argument", "one that it has", did_you_mean(name, known))
            continue
        try:
            known[name].check(name, value)
        except PlatformError as error:
            yield from error.findings


def _misplaced(
    values: tuple[object, ...], given: Mapping[str, object], positional: list[str], known: Iterable[str]
) -> Iterator[Finding]:
    for name in positional[: len(values)]:
        if name in given:
            yield Finding(name, "two values", "one")
    if len(values) > len(positional):
        found = f"{len(values)} without a name"
        if positional:
            yield Finding("arguments", found, f"at most {len(positional)}: {', '.join(positional)}")
        else:
            yield Finding("arguments", found, "each with its name", f"known: {', '.join(known)}")


def _named(arguments: Mapping[str, object]) -> str:
    for key in _NAMED_BY:
        if isinstance(name := arguments.get(key), str):
            return f" ({name})" if key == "what" else f" {name!r}"
    return ""
