"""Which metrics the rules and dashboards of a chart ask for, over which windows.

PromQL is read for names and windows, not parsed: what is no PromQL gives fewer names, never an error. Grafana's
variables ($x, ${x}, [[x]]) may stand wherever Grafana allows them. Grammar:
https://prometheus.io/docs/prometheus/latest/querying/basics/.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from platform_stack.facts.store import Manifest

DASHBOARD_LABEL = "grafana_dashboard"
"""Label of the ConfigMaps that Grafana's sidecar loads."""

NEED_TWO_SAMPLES = frozenset(
    {
        *("changes", "delta", "deriv", "double_exponential_smoothing", "holt_winters", "idelta"),
        *("increase", "irate", "predict_linear", "rate", "resets"),
    }
)
"""Functions that compare samples: over a window with one sample they say nothing, or always 0."""

_Token: TypeAlias = tuple[str, str]
"""Its kind, a group of _TOKEN, and its text."""

_VARIABLE = r"\$\{[^}]*\}|\[\[\w+(?::\w+)?\]\]|\$\w+"
_TOKEN = re.compile(
    rf"""(?P<space>\s+|\#[^\n]*)
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
    |(?P<number>\d[\w.]*)
    |(?P<name>(?:[a-zA-Z_:]|{_VARIABLE})(?:[\w:]|{_VARIABLE})*)
    |(?P<symbol>.)""",
    re.VERBOSE | re.DOTALL,
)
_LABEL_LISTS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_WORDS = frozenset(
    {"and", "or", "unless", "atan2", "bool", "offset", "inf", "nan", "smoothed", "anchored", *_LABEL_LISTS}
)
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL_VALUES = re.compile(r"\s*label_values\((.*),\s*[\w$]+\s*\)\s*", re.DOTALL)
_QUERY_RESULT = re.compile(r"\s*query_result\((.*)\)\s*", re.DOTALL)


@dataclass(frozen=True)
class Selector:
    """A metric that an expression reads.

    Attributes:
        name: the metric; with ``__name__=~"a|b"`` there is one selector for each.
        window: the range as it is written, such as `5m` or `$__rate_interval`; empty if it reads the last sample.
        function: the function around the range; empty without one.

    """

    name: str
    window: str = ""
    function: str = ""


def selectors(expression: str) -> Iterator[Selector]:
    """Yield what a PromQL expression reads, in its order. A name with a variable in it is left out."""
    tokens = _tokens(expression)
    callers: list[str] = []
    position = 0
    while position < len(tokens):
        kind, text = tokens[position]
        following = tokens[position + 1][1] if position + 1 < len(tokens) else ""
        position += 1
        if kind == "name" and following == "(":
            if text.lower() in _LABEL_LISTS:
                _, position = _until(tokens, position + 1, ")")
            else:
                callers.append(text)
                position += 1
        elif text == "(":
            callers.append("")
        elif text == ")":
            callers = callers[:-1]
        elif text == "[":  # after a parenthesis: a subquery, which makes its own samples
            _, position = _until(tokens, position, "]")
        elif text == "{" or (kind == "name" and not _is_word(text, following)):
            names, window, position = _selector(tokens, position - 1)
            function = next((caller for caller in reversed(callers) if caller), "") if window else ""
            yield from (Selector(name, window, function) for name in names)


def _tokens(expression: str) -> Sequence[_Token]:
    found = ((match.lastgroup or "", match[0]) for match in _TOKEN.finditer(expression))
    return [token for token in found if token[0] != "space"]


def _is_word(text: str, following: str) -> bool:
    """Say whether a name is a part of the language here: `sum by (…)` is no metric called sum."""
    return text.lower() in _WORDS or following.lower() in {"by", "without"}


def _selector(tokens: Sequence[_Token], position: int) -> tuple[Sequence[str], str, int]:
    """Return the names and the window of the selector at a position, and the position behind it."""
    names: list[str] = []
    if tokens[position][1] != "{":
        names.append(tokens[position][1])
        position += 1
    if position < len(tokens) and tokens[position][1] == "{":
        inside, position = _until(tokens, position + 1, "}")
        names += _names_in_matchers(inside)
    window = ""
    if position < len(tokens) and tokens[position][1] == "[":
        inside, position = _until(tokens, position + 1, "]")
        window = "".join(text for _, text in inside)
    names = [name for name in names if _METRIC.fullmatch(name)]
    return names, "" if ":" in window else window, position  # with a colon: a subquery


def _until(tokens: Sequence[_Token], start: int, end: str) -> tuple[Sequence[_Token], int]:
    """Return the tokens up to a closing bracket, and the position behind it."""
    position = start
    while position < len(tokens) and tokens[position][1] != end:
        position += 1
    return tokens[start:position], position + 1


def _names_in_matchers(tokens: Sequence[_Token]) -> Iterator[str]:
    for before, (kind, text) in zip([("symbol", ","), *tokens], tokens, strict=False):
        if kind == "string" and before[1] == ",":  # a quoted name
            yield text[1:-1]
    texts = [text for _, text in tokens]
    for position, text in enumerate(texts):
        if text == "__name__" and "!" not in texts[position + 1]:
            value = next((part for kind, part in tokens[position:] if kind == "string"), "")
            yield from value[1:-1].removeprefix("^").removesuffix("$").strip("()").split("|")


def expressions(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the PromQL of a PrometheusRule or of a ConfigMap with dashboards, each with the part that it is in.

    The part is the group's name, or the dashboard's key in the ConfigMap. Queries of other data sources are left
    out; of a variable's ``label_values(metric, label)`` the metric is the expression. What is no JSON is no
    dashboard.
    """
    if manifest["kind"] == "PrometheusRule":
        for group in (manifest.get("spec") or {}).get("groups") or []:
            yield from (
                (group["name"], str(rule["expr"])) for rule in group.get("rules") or [] if "expr" in rule
            )
    elif manifest["kind"] == "ConfigMap" and DASHBOARD_LABEL in (manifest["metadata"].get("labels") or {}):
        for key, text in (manifest.get("data") or {}).items():
            if key.endswith(".json"):
                yield from ((key, expression) for expression in _of_dashboard(_read(text)))


def _read(text: str) -> Mapping[str, Any]:
    try:
        model = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return model if isinstance(model, dict) else {}


def _of_dashboard(model: Mapping[str, Any]) -> Iterator[str]:
    variables = (model.get("templating") or {}).get("list") or []
    sources = {one["name"]: str(one.get("query")) for one in variables if one.get("type") == "datasource"}
    for one in variables:
        if one.get("type") == "query" and _is_prometheus(one.get("datasource"), sources):
            query = one.get("query") or one.get("definition") or ""
            query = query.get("query", "") if isinstance(query, dict) else query
            match = _LABEL_VALUES.fullmatch(query) or _QUERY_RESULT.fullmatch(query)
            if match:
                yield match[1]
    for one in (model.get("annotations") or {}).get("list") or []:
        if one.get("expr") and _is_prometheus(one.get("datasource"), sources):
            yield one["expr"]
    for panel in _panels(model):
        for target in panel.get("targets") or []:
            source = target.get("datasource") or panel.get("datasource")
            if target.get("expr") and _is_prometheus(source, sources):
                yield target["expr"]


def _panels(model: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for panel in [*(model.get("panels") or []), *(model.get("rows") or [])]:
        yield panel
        yield from _panels(panel)


def _is_prometheus(source: object, variables: Mapping[str, str]) -> bool:
    """Say whether a query goes to Prometheus, which is the default data source, too."""
    if isinstance(source, dict) and source.get("type"):
        return bool(source["type"] == "prometheus")
    name = source.get("uid") if isinstance(source, dict) else source
    return variables.get(str(name or "").strip("${}"), "prometheus") == "prometheus"


def reads(manifests: Iterable[Manifest]) -> dict[str, dict[str, list[str]]]:
    """Say what each part of the rules and dashboards reads: names and windows, no expression.

    Returns:
        By the part, as "Kind name part": by metric, the windows over which functions in NEED_TWO_SAMPLES read
        it, in alphabetical order; empty if none does. What the same part reads in several manifests of one
        name, such as those of two profiles, is put together.

    """
    found: dict[str, dict[str, list[str]]] = {}
    for manifest in manifests:
        for part, expression in expressions(manifest):
            metrics = found.setdefault(f"{manifest['kind']} {manifest['metadata']['name']} {part}", {})
            for selector in selectors(expression):
                windows = metrics.setdefault(selector.name, [])
                if selector.function in NEED_TWO_SAMPLES and selector.window not in windows:
                    windows.append(selector.window)
                    windows.sort()
    return found
