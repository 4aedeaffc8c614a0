"""Which values a chart's templates read, and how: its templates run on paths instead of values."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from platform_stack.facts.errors import FactsError
from platform_stack.facts.template_syntax import (
    Call,
    Dot,
    Expression,
    Field,
    Literal,
    TemplateAction,
    TemplateError,
    Variable,
    parse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from platform_stack.facts.shape_nodes import ValuePath
    from platform_stack.facts.source import ChartSource


@dataclass(slots=True)
class Usage:
    """How templates use the values, each a set of paths below ``.Values`` of the top chart.

    ``read``: the path is named in a template. ``whole``: what is there is printed, ranged over or asked by
    a computed key, so the template does not say which keys it has. ``type_tested``: a template asks what
    type it has, so more than one is meant to work.
    """

    read: set[ValuePath] = field(default_factory=set)
    whole: set[ValuePath] = field(default_factory=set)
    type_tested: set[ValuePath] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Value:
    """What an expression may be: values at ``paths``, a mapping with ``fields``, a list with ``items``."""

    paths: frozenset[ValuePath] = frozenset()
    fields: frozenset[tuple[str, _Value]] = frozenset()
    items: frozenset[_Value] = frozenset()

    def __or__(self, other: _Value) -> _Value:
        return _Value(self.paths | other.paths, self.fields | other.fields, self.items | other.items)

    def elements(self) -> _Value:
        """Give what ranging over it gives, as far as it is known."""
        return _union([*self.items, *(value for _, value in self.fields)])


_NOTHING = _Value()
_DEEPEST_PATH = 12
"""Longer paths occur only where a template calls itself with a part of its argument."""

_PRINTING = frozenset(
    {"toYaml", "toYamlPretty", "mustToYaml", "toJson", "mustToJson", "toPrettyJson", "mustToPrettyJson"}
    | {"toRawJson", "mustToRawJson", "toToml", "toIni", "keys", "values"}
)
_TYPE_TESTS = frozenset({"typeOf", "kindOf", "typeIs", "kindIs", "typeIsLike"})
_PASSING = frozenset(
    {"default", "coalesce", "ternary", "or", "and", "required", "deepCopy", "mustDeepCopy"}
    | {"merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"}
    | {"concat", "compact", "mustCompact", "uniq", "mustUniq", "without", "rest", "initial", "reverse"}
)
_FIELD_ACCESS = frozenset({"get", "index", "hasKey", "omit", "pick", "unset"})


def template_usage(chart: ChartSource) -> Usage:
    """Find how a chart and its subcharts use their values.

    Raises:
        FactsError: a file under templates/ is no Go template.

    """
    analysis = _Analysis()
    mains = list(_parse_all(chart, (), analysis))
    for actions, root in mains:
        analysis.run(actions, root, ChainMap({"": root}))
    analysis.run_the_rest(_root(chart, ()))
    return analysis.usage


def _parse_all(
    chart: ChartSource, prefix: ValuePath, analysis: _Analysis
) -> Iterable[tuple[list[TemplateAction], _Value]]:
    """Parse every template of a chart and its subcharts; templates that they define are shared by all."""
    root = _root(chart, prefix)
    for name, text in sorted(chart.templates.items()):
        try:
            main, defines = parse(text)
        except TemplateError as error:
            raise FactsError(
                chart.path / name,
                found=str(error),
                expected="a template that helm can render",
                hint="pull the chart again",
            ) from error
        analysis.defines.update(defines)
        yield main, root
    # Files that templates read are templates themselves if they go through tpl; most are not.
    for text in (text for text in chart.text_files.values() if ".Values" in text):
        try:
            main, _ = parse(text)
        except TemplateError:
            continue
        yield main, root
    for key, subchart in chart.subchart_keys().items():
        yield from _parse_all(subchart, (*prefix, key), analysis)


def _root(chart: ChartSource, prefix: ValuePath) -> _Value:
    """Give the context that helm gives a chart's templates, as far as it leads to values."""
    subcharts = frozenset(
        (key, _root(subchart, (*prefix, key))) for key, subchart in chart.subchart_keys().items()
    )
    values = _Value(paths=frozenset({prefix}))
    return _Value(fields=frozenset({("Values", values), ("Subcharts", _Value(fields=subcharts))}))


def _union(values: Iterable[_Value]) -> _Value:
    result = _NOTHING
    for value in values:
        result |= value
    return result


class _Analysis:
    """Runs templates on ``_Value``s: both branches of each if, the body of each range once."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.defines: dict[str, list[TemplateAction]] = {}
        self._done: set[tuple[str, _Value]] = set()

    def run(self, actions: list[TemplateAction], dot: _Value, variables: ChainMap[str, _Value]) -> None:
        """Run actions with dot and variables; the latter change."""
        for action in actions:
            self._run_action(action, dot, variables)

    def run_the_rest(self, root: _Value) -> None:
        """Run with the top context the templates that no include names: their names are computed."""
        reached = {name for name, _ in self._done}
        for name in sorted(self.defines.keys() - reached):
            self._include(name, root)

    def _run_action(self, action: TemplateAction, dot: _Value, variables: ChainMap[str, _Value]) -> None:
        value = self._evaluate(action.expression, dot, variables)
        if action.keyword == "template":
            self._include(action.name, value)
            return
        inner = variables if not action.keyword else variables.new_child()
        inner_dot = dot
        if action.keyword == "range":
            self._mark(self.usage.whole, value)
            value = inner_dot = value.elements()
        elif action.keyword == "with":
            inner_dot = value
        if action.declared:
            _declare(action, value, inner)
        if action.keyword:
            self.run(action.body, inner_dot, inner)
            self.run(action.otherwise, dot, variables.new_child())

    def _include(self, name: str, argument: _Value) -> None:
        if name in self.defines and (name, argument) not in self._done:
            self._done.add((name, argument))
            self.run(self.defines[name], argument, ChainMap({"": argument}))

    def _evaluate(self, expression: Expression, dot: _Value, variables: ChainMap[str, _Value]) -> _Value:
        match expression:
            case Dot():
                return dot
            case Variable(name):
                return variables.get(name, _NOTHING)
            case Field(of, name):
                return self._access(self._evaluate(of, dot, variables), name)
            case Call():
                arguments = [self._evaluate(argument, dot, variables) for argument in expression.arguments]
                return self._call(expression, arguments, variables)
            case Literal():
                return _NOTHING

    def _access(self, value: _Value, name: str) -> _Value:
        """Give a field of a value; what globals a subchart reads are the top chart's."""
        below = {
            ("global",) if name == "global" else (*path, name)
            for path in value.paths
            if len(path) < _DEEPEST_PATH
        }
        self.usage.read |= below
        return _union([_Value(paths=frozenset(below)), *(each for key, each in value.fields if key == name)])

    def _mark(self, paths: set[ValuePath], value: _Value) -> None:
        """Note a use of the paths of a value; that of all values together says nothing about a key."""
        paths |= {path for path in value.paths if path}
        for _, each in value.fields:
            self._mark(paths, each)
        for each in value.items:
            self._mark(paths, each)

    def _call(self, call: Call, arguments: list[_Value], variables: ChainMap[str, _Value]) -> _Value:
        """Note what a function does to its arguments; give what it gives, as far as that leads to values."""
        function, operands = call.function, call.arguments
        if function == "include" and len(arguments) > 1:
            self._include_call(operands[0], arguments[1])
        elif function in _PRINTING:
            self._mark(self.usage.whole, _union(arguments))
        elif function in _TYPE_TESTS and not _asks_for_null(operands):
            self._mark(self.usage.type_tested, _union(arguments[-1:]))
        elif function in _FIELD_ACCESS and arguments:
            return self._access_by_function(function, operands, arguments)
        elif function == "dig" and arguments:
            value = arguments[-1]
            for key in operands[:-2]:
                value = self._access_by_key(value, key)
            return value | _union(arguments[-2:-1])
        elif function in {"dict", "set"}:
            return _mapping(call, arguments, variables)
        return _passed_on(function, arguments)

    def _include_call(self, name: Expression, argument: _Value) -> None:
        """Follow include; if the name is computed, the argument may be used in any way."""
        if isinstance(name, Literal):
            self._include(name.text or "", argument)
        else:
            self.usage.whole |= {path for path in argument.paths if path}

    def _access_by_function(
        self, function: str, operands: tuple[Expression, ...], arguments: list[_Value]
    ) -> _Value:
        found = [self._access_by_key(arguments[0], key) for key in operands[1:2]]
        if function in {"omit", "pick", "unset"}:
            for key in operands[2:]:
                self._access_by_key(arguments[0], key)
            return arguments[0]
        for key in operands[2:]:  # index goes down several levels
            found.append(self._access_by_key(found[-1], key))
        return found[-1] if found else arguments[0]

    def _access_by_key(self, value: _Value, key: Expression) -> _Value:
        if isinstance(key, Literal):
            return value.elements() if key.text is None else self._access(value, key.text)
        self.usage.whole |= {path for path in value.paths if path}
        return value.elements()


def _asks_for_null(operands: tuple[Expression, ...]) -> bool:
    """Say whether a type test is about null, which is not a type of its own."""
    return operands[0] in {Literal("invalid"), Literal("<nil>"), Literal("nil")} if operands else False


def _passed_on(function: str, arguments: list[_Value]) -> _Value:
    """Give the arguments that a function gives back, whole or in part."""
    if function in _PASSING:
        return _union(arguments)
    if function in {"list", "tuple"}:
        return _Value(items=frozenset(arguments))
    if function in {"append", "prepend", "mustAppend", "mustPrepend"} and arguments:
        return arguments[0] | _Value(items=frozenset(arguments[1:]))
    if function in {"first", "last", "mustFirst", "mustLast"} and arguments:
        return arguments[0].elements()
    return _NOTHING


def _declare(action: TemplateAction, value: _Value, variables: ChainMap[str, _Value]) -> None:
    """Set an action's variables; of two, which range sets, the first is a key or an index."""
    for name in action.declared[:-1]:
        variables[name] = _NOTHING
    name = action.declared[-1]
    if not action.assigns:
        variables[name] = value
        return
    for scope in variables.maps:
        if name in scope:
            scope[name] |= value  # after a branch it is the old value or the new one
            return


def _mapping(call: Call, arguments: list[_Value], variables: ChainMap[str, _Value]) -> _Value:
    """Give what ``dict`` makes, and what ``set`` makes of its first argument, a variable perhaps."""
    start = 1 if call.function == "set" else 0
    made: Mapping[str, _Value] = {
        key.text: value
        for key, value in zip(call.arguments[start::2], arguments[start + 1 :: 2], strict=False)
        if isinstance(key, Literal) and key.text is not None
    }
    result = _Value(fields=frozenset(made.items()))
    if call.function == "set":
        result |= arguments[0]
        if isinstance(call.arguments[0], Variable) and call.arguments[0].name in variables:
            for scope in variables.maps:
                if call.arguments[0].name in scope:
                    scope[call.arguments[0].name] = result
                    break
    return result
