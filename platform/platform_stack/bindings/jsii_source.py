"""Read the structs out of Python source that jsii generated, without importing it.

Only names and annotations are taken: importing such a module loads its JavaScript assembly.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.errors import fail

if TYPE_CHECKING:
    from collections.abc import Iterator


_FIELD = re.compile(r"^\s*:schema: \S+#(\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a struct.

    `keyword` is its name in Python, `field` its name in the manifest (the two differ by more than case:
    `cluster_i_ps` is `clusterIPs`), and `annotation` the type as jsii wrote it, without the Optional.
    """

    keyword: str
    field: str
    annotation: ast.expr
    required: bool


@dataclass(frozen=True, slots=True)
class JsiiModule:
    """The structs, enums and wrapper classes of a generated module.

    A wrapper is a class whose instances stand for one value of several types, such as a port's number or
    name: it maps to the types its `from_…` methods take.
    """

    structs: dict[str, tuple[Property, ...]]
    enums: frozenset[str]
    wrappers: dict[str, tuple[ast.expr, ...]]


def read(source: str) -> JsiiModule:
    """Read a module's source.

    Raises:
        PlatformError: a property does not say its name in the manifest.

    """
    structs: dict[str, tuple[Property, ...]] = {}
    enums: set[str] = set()
    wrappers: dict[str, tuple[ast.expr, ...]] = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef):
            continue
        decorators = {ast.unparse(item.func) for item in node.decorator_list if isinstance(item, ast.Call)}
        if "jsii.data_type" in decorators:
            structs[node.name] = tuple(_properties(node))
        elif "jsii.enum" in decorators:
            enums.add(node.name)
        elif factories := [method for method in _methods(node) if method.name.startswith("from_")]:
            wrappers[node.name] = tuple(_parameter(method) for method in factories)
    return JsiiModule(structs, frozenset(enums), wrappers)


def _methods(node: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    return (item for item in node.body if isinstance(item, ast.FunctionDef))


def _properties(node: ast.ClassDef) -> Iterator[Property]:
    methods = {method.name: method for method in _methods(node)}
    arguments = methods["__init__"].args
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        documentation = ast.get_docstring(methods[argument.arg]) or ""
        field = _FIELD.search(documentation)
        if field is None or argument.annotation is None:
            fail(
                f"{node.name}.{argument.arg}",
                found="no `:schema: Type#field` in its docstring, or no annotation",
                expected="both, as cdk8s import writes them",
                hint="use the cdk8s-cli that tests/node pins",
            )
        annotation = argument.annotation
        if default is not None:
            annotation = _inside_optional(annotation)
        yield Property(argument.arg, field[1], annotation, required=default is None)


def _inside_optional(annotation: ast.expr) -> ast.expr:
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "typing.Optional":
        return annotation.slice
    return annotation


def _parameter(method: ast.FunctionDef) -> ast.expr:
    """Find the type that a `from_…` method takes: its only parameter after the class."""
    annotation = method.args.args[1].annotation
    return annotation if annotation is not None else ast.Name("object")
