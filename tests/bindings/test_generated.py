"""What `make imports` wrote: every kind can be built from what it requires, and fits its schema."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Literal, Union, get_args, get_origin, get_type_hints

import platform_stack_imports
import pytest
from platform_stack import schemas
from platform_stack.bindings.kinds import CORE_KINDS, CORE_MODULE, GROUPS
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
_KINDS = [(group.name, kind.version, kind.name, group.module) for group in GROUPS for kind in group.kinds]
_KINDS += [(kind.group, kind.version, kind.name, CORE_MODULE) for kind in CORE_KINDS]
_MODULES = sorted({module for *_, module in _KINDS})


def load(module: str) -> ModuleType:
    return importlib.import_module(f"platform_stack_imports.{module}")


def minimal(annotation: object, module: ModuleType) -> object:
    """Make the smallest value of an annotation: one item in a list, the required fields of a struct."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)[0]
    if get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        return minimal(get_args(annotation)[0], module)
    if get_origin(annotation) is Sequence:
        return [minimal(get_args(annotation)[0], module)]
    if get_origin(annotation) is Mapping:
        return {"key": minimal(get_args(annotation)[1], module)}
    if annotation is k8s.ObjectMeta:
        return k8s.ObjectMeta(name="minimal")
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return build(annotation, module, everything=False)
    scalars: dict[object, object] = {str: "text", int: 1, float: 0.5, bool: True, object: "anything"}
    return scalars[annotation]


def build(cls: type[Struct], module: ModuleType, *, everything: bool) -> Struct:
    """Build a struct from its required fields, or from all of them."""
    hints = get_type_hints(cls.__init__, vars(load(CORE_MODULE)) | vars(module), _ANNOTATION_NAMES)
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    wanted = [item.name for item in parameters if everything or item.default is inspect.Parameter.empty]
    return cls(**{name: minimal(hints[name], module) for name in wanted})


@pytest.mark.parametrize(("group", "version", "kind", "module"), _KINDS)
def test_kind_with_required_fields_fits_its_schema(group: str, version: str, kind: str, module: str) -> None:
    loaded = load(module)
    cls: type[ApiObject] = getattr(loaded, kind)
    manifest = to_manifest(build(cls, loaded, everything=False))
    assert manifest["apiVersion"] == (f"{group}/{version}" if group else version)
    assert manifest["kind"] == kind
    assert schemas.validate(manifest) == []
