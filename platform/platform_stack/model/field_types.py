"""The types that fields are annotated with: how a value is checked against one, and what is said of it."""

from __future__ import annotations

import builtins
import collections.abc
import dataclasses
import enum
import inspect
import pathlib
import sys
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, NewType, Union

from platform_stack.errors import did_you_mean, fail
from platform_stack.model.plain_data import check_plain_data

Check = Callable[[str, object], None]
"""Raises a PlatformError, whose findings begin with the first argument, unless the second is right."""

_NOT_LOADED: dict[str, Any] = {
    "Arrivals": NewType("arrivals", object),
    "Permission": NewType("permission", object),
    "ManifestChart": NewType("chart", object),
    "Estate": NewType("estate", object),
    "Objects": NewType("objects", object),
    "Manifest": NewType("manifest", object),
    "Asked": NewType("asked", object),
    "Made": tuple[object, int],
    "Violation": NewType("violation", object),
    "RSAPublicKey": NewType("key", object),
    "RSAPrivateKey": NewType("key", object),
}
"""Types of what functions are given and give whose modules load what the model must not: they are not checked."""


@dataclasses.dataclass(frozen=True, slots=True)
class FieldType:
    """A type as it is checked and told.

    Attributes:
        fits: whether a value is of the type from outside: that a tuple is one, whatever its members are.
        check: checks a value and all in it.
        wording: what is expected.
        shown: whether a wrong value is shown: not where an object is expected, since a Secret's value may
            have been written in its place.
        returns: what a function gives; None: nothing, or it is no function.

    """

    fits: Callable[[object], bool]
    check: Check
    wording: str
    shown: bool = True
    returns: FieldType | None = None


def field_types(cls: type, fields: list[str]) -> dict[str, FieldType]:
    """Return the type of each field; the names in annotations are the module's own, or the model's."""
    from platform_stack import errors, labels, model  # noqa: PLC0415  the model is made of the classes here

    known: dict[str, Any] = {}
    parts = [each for each in vars(model).values() if isinstance(each, types.ModuleType)]
    for module in (typing, collections.abc, pathlib, errors, labels, *parts, model):
        known |= vars(module)
    own = vars(sys.modules[cls.__module__])
    hints = typing.get_type_hints(cls, {**known, **_NOT_LOADED, **own}, include_extras=True)
    return {name: _read(hints[name]) for name in fields}


def _read(hint: Any) -> FieldType:  # noqa: ANN401  whatever stands in an annotation
    if isinstance(hint, NewType):
        return FieldType(lambda _value: True, lambda _where, _value: None, an(str(hint.__name__)))
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _union([_read(argument) for argument in arguments])
    if origin is tuple:
        return _sequence(_read(arguments[0])) if arguments[1:] == (...,) else _pair([*map(_read, arguments)])
    match origin:
        case None:
            made = (
                FieldType(lambda _value: True, check_plain_data, "plain data")
                if hint is Any
                else _class(hint)
            )
        case typing.Annotated:
            made = dataclasses.replace(_read(arguments[0]), check=arguments[1])
        case typing.Literal:
            made = _literal(arguments)
        case collections.abc.Mapping | builtins.dict:
            made = _mapping(*map(_read, arguments))
        case builtins.type:
            made = _one_of(typing.get_args(arguments[0]) or arguments)
        case _:
            made = _function(arguments[0], None if arguments[1] is None else _read(arguments[1]))
    return made


def _class(cls: type) -> FieldType:
    wording = {str: "text", int: "a whole number", bool: "True or False", types.NoneType: "None"}.get(cls)
    plain = wording is not None or issubclass(cls, enum.Enum | pathlib.Path)
    wording = wording or an(cls.__name__)

    def fits(value: object) -> bool:
        return isinstance(value, cls) and (cls is not int or not isinstance(value, bool))

    def check(where: str, value: object) -> None:
        if not fits(value):
            fail(where, show(value, plain=plain), wording, _near(value, cls))

    return FieldType(fits, check, wording, plain)


def _near(value: object, cls: type) -> str:
    """Say what was meant by a value of another type, where that can be seen."""
    if cls is int and isinstance(value, str) and value.isdecimal():
        return f"did you mean {value}, without quotes?"
    if cls is str and isinstance(value, int | float) and not isinstance(value, bool):
        return f"did you mean '{value}', in quotes?"
    if issubclass(cls, pathlib.Path) and isinstance(value, str):
        return f"did you mean Path({value!r})?"
    if issubclass(cls, enum.Enum) and isinstance(value, str):
        names = {str(member.value): member.name for member in cls}
        if value in names:
            return f"did you mean {cls.__name__}.{names[value]}?"
    return ""


def _literal(allowed: tuple[object, ...]) -> FieldType:
    wording = _either([repr(each) for each in allowed])

    def check(where: str, value: object) -> None:
        if not isinstance(value, str):
            fail(where, show(value), wording)
        if value not in allowed:
            fail(where, value, wording, did_you_mean(value, map(str, allowed)))

    return FieldType(lambda value: isinstance(value, str), check, wording)


def _one_of(classes: tuple[type, ...]) -> FieldType:
    wording = f"the class {_either([cls.__name__ for cls in classes])}"

    def check(where: str, value: object) -> None:
        if value not in classes:
            fail(where, show(value), wording)

    return FieldType(lambda value: isinstance(value, type), check, wording)


def _union(members: list[FieldType]) -> FieldType:
    wording = _either([member.wording for member in members])
    shown = any(member.shown for member in members if member.wording != "None")

    def check(where: str, value: object) -> None:
        for member in members:
            if member.fits(value):
                member.check(where, value)
                return
        fail(where, show(value, plain=shown), wording)

    returns = next((member.returns for member in members if member.returns), None)
    return FieldType(
        lambda value: any(member.fits(value) for member in members), check, wording, shown, returns
    )


def _sequence(member: FieldType) -> FieldType:
    wording = f"a tuple of {member.wording.removeprefix('an ').removeprefix('a ')}"

    def check(where: str, value: object) -> None:
        if not isinstance(value, tuple):
            hint = ""
            if isinstance(value, list | set | frozenset):
                hint = "write (…) instead of the other brackets, (…,) for one"
            elif member.fits(value):
                one = repr(value) if isinstance(value, str | int) else "…"
                hint = f"a tuple of one has a comma: ({one},)"
            fail(where, show(value, plain=member.shown), wording, hint)
        for index, each in enumerate(value):
            member.check(f"{where}[{index}]", each)

    return FieldType(lambda value: isinstance(value, tuple), check, wording, member.shown)


def _pair(members: list[FieldType]) -> FieldType:
    wording = f"a tuple of {len(members)}: {', '.join(member.wording for member in members)}"

    def check(where: str, value: object) -> None:
        if not isinstance(value, tuple) or len(value) != len(members):
            fail(where, show(value), wording)
        for index, (member, each) in enumerate(zip(members, value, strict=True)):
            member.check(f"{where}[{index}]", each)

    return FieldType(lambda value: isinstance(value, tuple), check, wording)


def _mapping(key: FieldType, member: FieldType) -> FieldType:
    wording = f"a map of {key.wording} to {member.wording}"

    def check(where: str, value: object) -> None:
        if not isinstance(value, Mapping):
            fail(where, show(value, plain=member.shown), wording)
        if member.check is check_plain_data:
            check_plain_data(where, value)
            return
        for name, each in value.items():
            key.check(f"{where}: key", name)
            member.check(f"{where}: {name}", each)

    return FieldType(lambda value: isinstance(value, Mapping), check, wording, member.shown)


def _function(parameters: list[Any], returns: FieldType | None) -> FieldType:
    names = ", ".join(parameter.__name__.lower() for parameter in parameters)
    wording = f"a function of ({names})"

    def check(where: str, value: object) -> None:
        if not callable(value) or isinstance(value, type):
            hint = f"did you mean {where}=lambda {names}: …?"
            fail(where, show(value), wording, hint)
        if isinstance(value, types.FunctionType) and not _takes(value, len(parameters)):
            fail(where, f"a function of ({', '.join(inspect.signature(value).parameters)})", wording)

    return FieldType(callable, check, wording, returns=returns)


@dataclasses.dataclass(frozen=True, slots=True)
class Answering:
    """A function of the user whose results are checked; equal to another of the same function.

    Attributes:
        function: the user's.
        where: begins each finding: the place that gave the function, and what to.
        returns: what it has to give.

    """

    function: Callable[..., object]
    where: str = dataclasses.field(compare=False, repr=False)
    returns: FieldType = dataclasses.field(compare=False, repr=False)

    def __call__(self, *values: object) -> object:
        """Call the function, and check what it gives."""
        found = self.function(*values)
        self.returns.check(self.where, found)
        return found


def _takes(function: types.FunctionType, count: int) -> bool:
    """Whether a function can be called with so many arguments; inspect.signature is ten times as slow."""
    code = function.__code__
    required = code.co_argcount - len(function.__defaults__ or ())
    return required <= count and (count <= code.co_argcount or bool(code.co_flags & inspect.CO_VARARGS))


def _either(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


_SHOWN = 60


def show(value: object, *, plain: bool = True) -> str:
    """Return what was found, in a few words: short plain values as they are, anything else by its kind."""
    kind = type(value).__name__
    if value is None:
        return "None"
    if plain and isinstance(value, str | bytes | int | float | complex):
        text = repr(value)
        return f"{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'} ({kind})"
    return f"the class {value.__name__}" if isinstance(value, type) else an(kind)


def an(word: str) -> str:
    """Return a word with its article."""
    return f"{'an' if word[:1] in 'AEIOUaeiou' else 'a'} {word}"
