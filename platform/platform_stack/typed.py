"""Typed Kubernetes objects as plain Python values, and the plain manifests they stand for.

The generated packages of `platform_stack_imports` hold one class a struct of an API.
Each class is only a constructor with typed keywords: mypy checks a call when it is written,
nothing is checked, converted or sent anywhere when it runs.
`to_manifest` makes the manifest; `platform_stack.schemas.validate` checks one against the API's own schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, TypeAlias

IntOrString: TypeAlias = int | str
"""A port number or name, or a count or percentage."""

Quantity: TypeAlias = int | float | str
"""An amount of a resource: 2, 0.5, "500m" or "64Mi"."""

_SCALARS = frozenset({str, int, float, bool, type(None)})
_EXPECTED = "str, int, float, bool, None, a list or tuple, a mapping with str keys, or a generated struct"


class Struct:
    """One object inside a manifest: the base of every generated class.

    `values` holds the fields by the manifest's names (camelCase), in the order of the class's keywords.
    A field that was not given is None there, and does not reach the manifest.
    """

    __slots__ = ("values",)

    values: dict[str, object]

    def __eq__(self, other: object) -> bool:
        """Tell whether the other is of the same class and holds equal values."""
        return type(other) is type(self) and isinstance(other, Struct) and other.values == self.values

    __hash__ = None  # type: ignore[assignment] # a struct is mutable, and Python says so with None

    def __repr__(self) -> str:
        """Show the class and the fields that were given, by their names in the manifest."""
        given = ", ".join(f"{name}={value!r}" for name, value in self.values.items() if value is not None)
        return f"{type(self).__name__}({given})"


class ApiObject(Struct):
    """A whole Kubernetes object: a struct that carries its apiVersion and kind."""

    __slots__ = ()

    api_version: ClassVar[str]
    """Group and version, such as "networking.k8s.io/v1"; the version alone for the core group."""
    kind: ClassVar[str]
    """The kind's name, such as "NetworkPolicy"."""


def to_manifest(value: Struct) -> dict[str, object]:
    """Make the plain manifest of a struct: dicts, lists and scalars only.

    apiVersion, kind and metadata come first, then the fields in the order of the class's keywords.
    Fields that were not given are left out.
    A None inside a plain mapping or list stays: in Helm values, for one, it removes a default.
    The result shares no list or dict with the input, and the input is not changed.

    Raises:
        TypeError: something inside is neither a struct, a mapping with str keys, a list, a tuple nor a
            scalar.
            The message names its place.

    """
    try:
        return _object(value)
    except TypeError:
        for place, found in _unsupported(value, type(value).__name__):
            message = f"{place}: found {found}; expected {_EXPECTED}; convert it where the object is made"
            raise TypeError(message) from None
        raise


def _object(value: Struct) -> dict[str, object]:
    fields = {name: _plain(field) for name, field in value.values.items() if field is not None}
    if isinstance(value, ApiObject):
        return {"apiVersion": value.api_version, "kind": value.kind} | fields
    return fields


def _plain(value: object) -> object:
    if type(value) in _SCALARS:
        return value
    if isinstance(value, Struct):
        return _object(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping) and all(type(key) is str for key in value):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, str):  # a StrEnum's member: YAML emitters know plain strings only
        return str.__str__(value)
    raise TypeError


def _unsupported(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Find what `_plain` refuses: each one's place and what is there."""
    if isinstance(value, Struct):
        for name, field in value.values.items():
            yield from _unsupported(field, f"{place}.{name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if type(key) is not str:
                yield place, f"the key {key!r} of type {type(key).__name__}"
            yield from _unsupported(item, f"{place}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _unsupported(item, f"{place}[{index}]")
    elif type(value) not in _SCALARS and not isinstance(value, str):
        yield place, f"{value!r} of type {type(value).__name__}"
