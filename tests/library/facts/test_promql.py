"""What is recorded of rules and dashboards: names and windows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platform_stack.integrations.promql import Selector, expressions, reads, selectors


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("up", [Selector("up")]),
        ("1 + 2e3 > bool 0x1f", []),
        ('rate(a_total{job="x", path=~"[^)]{2}"}[5m])', [Selector("a_total", "5m", "rate")]),
        ("sum by (b, c) (increase(a[1h])) / on (d) group_left (e) f", [Selector("a", "1h", "increase"), Selector("f")]),
        ("sum(a) by (b) unless on() c{d!='}'} offset 5m", [Selector("a"), Selector("c")]),
        ("rate((a[2m]))", [Selector("a", "2m", "rate")]),
        ("max_over_time(rate(a[5m])[1h:1m])", [Selector("a", "5m", "rate")]),
        ("rate(a:b:c[1h:5m])", [Selector("a:b:c")]),
        ("histogram_quantile(0.9, sum by (le) (irate(a_bucket[$w])))", [Selector("a_bucket", "$w", "irate")]),
        ("rate(a[${w}]) + rate(b[[[w]]])", [Selector("a", "${w}", "rate"), Selector("b", "[[w]]", "rate")]),
        ('{__name__=~"a|b_total", c="d"}', [Selector("a"), Selector("b_total")]),
        ('{__name__!="a"}', []),
        ('{"a", b="c"}', [Selector("a")]),
        ('label_replace(a, "b", "$1", "c", "(.*)")', [Selector("a")]),
        ("${metric}_total + $other + a  # not b", [Selector("a")]),
        ("topk($n, a @ end()) or vector(0)", [Selector("a")]),
        ("absent(sum_total) and Inf", [Selector("sum_total")]),
        ("a{ [", [Selector("a")]),
        (")) a", [Selector("a")]),
    ],
)  # fmt: skip
def test_names_and_windows_are_read(expression: str, expected: list[Selector]) -> None:
    assert list(selectors(expression)) == expected


def config_map(model: object, **labels: str) -> dict[str, Any]:
    text = model if isinstance(model, str) else json.dumps(model)
    labels = labels or {"grafana_dashboard": "1"}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "board", "labels": labels},
        "data": {"board.json": text, "notes.txt": "up"},
    }


def test_a_dashboard_is_read_where_it_asks_prometheus() -> None:
    model = {
        "templating": {
            "list": [
                {"type": "datasource", "name": "logs", "query": "loki"},
                {"type": "datasource", "name": "source", "query": "prometheus"},
                {"type": "query", "datasource": "$source", "query": "label_values(v_a{b='c'}, pod)"},
                {"type": "query", "datasource": {"uid": "${source}"}, "query": {"query": "query_result(v_b)"}},
                {"type": "query", "definition": "label_values(pod)"},
                {"type": "query", "datasource": "$logs", "query": "label_values(v_d, pod)"},
            ]
        },
        "annotations": {"list": [{"expr": "noted", "datasource": "$source"}, {"name": "built in"}]},
        "panels": [
            {"datasource": "$logs", "targets": [{"expr": '{job="x"}'}]},
            {"datasource": "-- Mixed --", "targets": [
                {"expr": "mixed", "datasource": {"type": "prometheus", "uid": "$source"}},
                {"expr": "rate({} [1m])", "datasource": {"type": "loki"}},
            ]},
            {"type": "row", "panels": [{"targets": [{"expr": "folded"}, {"queryType": "x"}]}]},
        ],
        "rows": [{"panels": [{"targets": [{"expr": "old"}]}]}],
    }  # fmt: skip
    found = [expression for _, expression in expressions(config_map(model))]
    assert found == ["v_a{b='c'}", "v_b", "noted", "mixed", "folded", "old"]


@pytest.mark.parametrize("model", ["no JSON", "[]", {}])
def test_what_is_no_dashboard_says_nothing(model: object) -> None:
    assert list(expressions(config_map(model))) == []
    assert list(expressions(config_map({"panels": [{"targets": [{"expr": "up"}]}]}, app="x"))) == []


def test_names_and_windows_are_kept_without_the_expressions() -> None:
    rule: dict[str, Any] = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "rules"},
        "spec": {
            "groups": [
                {
                    "name": "group",
                    "rules": [
                        {"record": "a:rate", "expr": "rate(a[1m])"},
                        {"alert": "A", "expr": "rate(a[5m]) + increase(a[5m]) > max_over_time(b[10m])"},
                    ],
                },
                {"name": "empty"},
            ]
        },
    }
    assert reads([rule, rule]) == {"PrometheusRule rules group": {"a": ["1m", "5m"], "b": []}}
