"""Prometheus can read every expression of the platform's rules and dashboards, and of the charts' with CHARTS.

Without CHARTS the charts' rules and dashboards are recorded facts, without expressions.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from platform_stack.integrations.promql import DASHBOARD_LABEL, expressions
from platform_stack.model.cluster import PROFILES
from tests.policies.estate import estate
from tests.promql.promtool import refused, run, substituted, unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack import Profile

pytestmark = pytest.mark.promql

PARTS = 90 if os.environ.get("CHARTS") else 25
"""Fewer groups and dashboards than there are with the charts', and of the platform's own."""


def test_promtool_is_of_the_prometheus_that_is_installed() -> None:
    (installed,) = {
        item["spec"]["image"].rpartition(":v")[2].removesuffix("-distroless")
        for item in estate("laptop")
        if item["kind"] == "Prometheus"
    }
    # Prometheus 3.y.z is the Go module v0.3yy.z, whose programs know no other version.
    major, minor, patch = installed.split(".")
    module = (run.__globals__["PROMTOOL"].module / "go.mod").read_text()
    assert f"github.com/prometheus/prometheus v0.{major}{int(minor):02}.{patch} " in module


@pytest.mark.parametrize("profile", PROFILES)
def test_every_rule_is_accepted(profile: Profile, tmp_path: Path) -> None:
    groups = [
        {**group, "name": f"{item['metadata']['name']} {group['name']}"}
        for item in estate(profile)
        if item["kind"] == "PrometheusRule"
        for group in item["spec"]["groups"]
        if all("expr" in rule for rule in group["rules"])
    ]
    assert len(groups) > 10
    assert refused(groups, tmp_path) == []


@pytest.mark.parametrize("profile", PROFILES)
def test_every_expression_is_readable(profile: Profile, tmp_path: Path) -> None:
    found = [
        (f"{item['kind']} {item['metadata']['name']} {part}", expression)
        for item in estate(profile)
        for part, expression in expressions(item)
    ]
    assert len({where for where, _ in found}) > PARTS
    assert unreadable(found, tmp_path) == []


@pytest.mark.parametrize("profile", PROFILES)
def test_every_dashboard_is_json_and_asks_for_something(profile: Profile) -> None:
    dashboards = [
        item
        for item in estate(profile)
        if item["kind"] == "ConfigMap" and DASHBOARD_LABEL in item["metadata"].get("labels", {})
    ]
    keys = {
        (item["metadata"]["name"], key) for item in dashboards for key, text in item["data"].items() if text
    }
    assert len(keys) > 10
    assert keys == {(item["metadata"]["name"], part) for item in dashboards for part, _ in expressions(item)}


def test_what_prometheus_cannot_read_is_found(tmp_path: Path) -> None:
    assert (
        unreadable([("good", "rate(up[$__rate_interval])"), ("good", 'up{job=~"${job:regex}"}')], tmp_path)
        == []
    )
    (complaint,) = unreadable([("a dashboard", "rate(up)"), ("another", "up")], tmp_path)
    assert complaint.startswith("a dashboard: ")
    assert "expected type range vector" in complaint
    rule = {"alert": "A", "expr": "up", "annotations": {"summary": "{{ $labels.pod"}}
    assert refused([{"name": "alerts", "rules": [rule]}], tmp_path) != []


def test_grafanas_variables_are_replaced_in_all_their_forms() -> None:
    assert substituted('x{a="$a", b=~"${b:regex}", c="[[c]]"}[$__rate_interval]') == (
        'x{a="3", b=~"3", c="3"}[2m]'
    )
    assert json.dumps(substituted("sum(up)")) == '"sum(up)"'
