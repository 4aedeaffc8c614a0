"""What `make imports` wrote: every kind can be built from what it requires, and fits its schema."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

import pytest

import platform_stack_imports
from platform_stack import schemas
from platform_stack.bindings.kinds import CORE_KINDS, CORE_MODULE
from platform_stack.integrations.custom_kinds import GROUPS
from platform_stack.typed import ApiObject, IntOrString, Quantity, Struct, to_manifest
from platform_stack_imports import k8s

_PACKAGE = Path(platform_stack_imports.__file__).parent
_ANNOTATION_NAMES = {
    "IntOrString": IntOrString,
    "Literal": Literal,
    "Mapping": Mapping,
    "ObjectMeta": k8s.ObjectMeta,
    "Quantity": Quantity,
    "Sequence": Sequence,
}
# Schemas that ask for one of several optional fields.
_ONE_OF = {"ImageValidatingPolicySpecAttestors": ["notary"]}
_NAME_OR_TYPE = re.compile(r"unknown field|expected (array|boolean|integer|number|object|string)( or \w+)*$")
_KINDS = [(group.name, kind.version, kind.name, group.module) for group in GROUPS for kind in group.kinds]
_KINDS += [(kind.group, kind.version, kind.name, CORE_MODULE) for kind in CORE_KINDS]
_MODULES = sorted({module for *_, module in _KINDS})


def load(module: str) -> ModuleType:
    return importlib.import_module(f"platform_stack_imports.{module}")


def value(annotation: object, module: ModuleType, *, everything: bool) -> object:
    """Make a value of an annotation: one item in a list, a struct as `build` makes it."""
    if get_origin(annotation) in {Literal, Union, UnionType}:
        first = get_args(annotation)[0]
        return first if get_origin(annotation) is Literal else value(first, module, everything=everything)
    if get_origin(annotation) is Sequence:
        return [value(get_args(annotation)[0], module, everything=everything)]
    if get_origin(annotation) is Mapping:
        return {"key": value(get_args(annotation)[1], module, everything=everything)}
    if annotation is k8s.ObjectMeta and not everything:
        return k8s.ObjectMeta(name="minimal")
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return build(annotation, module, everything=everything)
    scalars: dict[object, object] = {str: "text", int: 1, float: 0.5, bool: True, object: "anything"}
    return scalars[annotation]


def build(cls: type[Struct], module: ModuleType, *, everything: bool) -> Struct:
    """Build a struct, and those inside it, from the required fields or from all of them."""
    constructor = cls.__init__
    hints = get_type_hints(constructor, vars(load(CORE_MODULE)) | vars(module), _ANNOTATION_NAMES)
    parameters = list(inspect.signature(constructor).parameters.values())[1:]
    wanted = [item.name for item in parameters if everything or item.default is inspect.Parameter.empty]
    wanted += _ONE_OF.get(cls.__name__, []) if not everything else []
    return cls(**{name: value(hints[name], module, everything=everything) for name in wanted})


@pytest.mark.parametrize(("group", "version", "kind", "module"), _KINDS)
def test_kind_with_required_fields_fits_its_schema(group: str, version: str, kind: str, module: str) -> None:
    loaded = load(module)
    cls: type[ApiObject] = getattr(loaded, kind)
    manifest = to_manifest(build(cls, loaded, everything=False))
    assert manifest["apiVersion"] == (f"{group}/{version}" if group else version)
    assert manifest["kind"] == kind
    assert schemas.validate(manifest) == []


@pytest.mark.parametrize(("group", "version", "kind", "module"), _KINDS)
def test_every_field_at_any_depth_has_the_name_and_type_of_the_schema(
    group: str, version: str, kind: str, module: str
) -> None:
    loaded = load(module)
    cls: type[ApiObject] = getattr(loaded, kind)
    messages = schemas.validate(to_manifest(build(cls, loaded, everything=True)))
    assert [message for message in messages if _NAME_OR_TYPE.search(message)] == []
    assert schemas.find(group, kind) is not None
    assert version in cls.api_version


def test_every_schema_belongs_to_a_kind_of_the_table() -> None:
    assert schemas.kinds() == sorted((group, kind) for group, _, kind, _ in _KINDS)


@pytest.mark.parametrize("module", _MODULES)
def test_module_imports_nothing_but_the_runtime_base(module: str) -> None:
    tree = ast.parse((_PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    imported = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {node.module for node in imported if isinstance(node, ast.ImportFrom)}
    assert len(names) == len(imported)
    assert names == {"__future__", "typing", "platform_stack.typed"}


@pytest.mark.parametrize("module", _MODULES)
def test_module_holds_no_upstream_prose(module: str) -> None:
    tree = ast.parse((_PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    documented = [
        node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and ast.get_docstring(node)
    ]
    assert [node.name for node in documented] == [
        kind for *_, kind, of in sorted(_KINDS, key=_name) if of == module
    ]
    assert all(str(ast.get_docstring(node)).endswith(f" {node.name}.") for node in documented)


def _name(entry: tuple[str, str, str, str]) -> str:
    return entry[2]
