"""All rules are in one tuple, explain themselves, and are asked together."""

from __future__ import annotations

import inspect
import json
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import platform_stack.checks
from platform_stack import Context, Finding
from platform_stack.checks import RULES, Phase, Rule, errors, rules
from platform_stack.cli import cli
from platform_stack.errors import fail, in_order
from platform_stack.estate import Estate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack import Platform


def test_each_has_a_name_of_its_own_and_explains_itself() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert [rule.phase for rule in RULES] == sorted(rule.phase for rule in RULES)
    for rule in RULES:
        assert rule.explanation.startswith("Yield each"), rule.id


def test_every_function_of_an_estate_that_yields_findings_is_a_rule() -> None:
    found = {
        function
        for module in pkgutil.iter_modules(platform_stack.checks.__path__)
        for name, function in inspect.getmembers(
            import_module(f"platform_stack.checks.{module.name}"), inspect.isfunction
        )
        if function.__module__.endswith(f"checks.{module.name}")
        and not name.startswith("_")
        and list(inspect.signature(function).parameters) == ["estate"]
        and function.__annotations__["return"] == "Iterator[Finding]"
    }
    assert found == {rule.find for rule in RULES}


@pytest.fixture
def estate(platform: Platform) -> Estate:
    return Estate(Context(platform, platform.clusters[0]), {member.name: [] for member in platform.members})


def test_all_findings_come_at_once_in_the_order_of_the_lines(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(_estate: Estate) -> Iterator[Finding]:
        yield Finding("apps/web.py:12: b", "x", "y")
        yield Finding("apps/web.py:9: c", "x", "y")

    def raising(_estate: Estate) -> Iterator[Finding]:
        fail("apps/web.py:9: a", "x", "y")

    made = tuple(
        Rule(name, "error", Phase.DECLARED, find)  # the same finding twice is one
        for name, find in (("late", late), ("raising", raising), ("again", late))
    )
    monkeypatch.setattr(rules, "RULES", made)
    found = errors([estate, estate], Phase.DECLARED)
    assert [(one.where, one.rule) for one in found] == [
        ("apps/web.py:9: a", "raising"),
        ("apps/web.py:9: c", "late"),
        ("apps/web.py:12: b", "late"),
    ]
    assert errors([estate], Phase.FILLED) == []


def test_an_order_is_the_same_whatever_came_first() -> None:
    some = [Finding(f"{place}: application", "x", "y") for place in ("b.py:2", "a.py:10", "a.py:9", "cdk8s")]
    assert in_order(some) == in_order(some[::-1])
    assert [one.where[:7] for one in in_order(some)] == ["a.py:9:", "a.py:10", "b.py:2:", "cdk8s: "]


def test_everything_of_an_estate_is_computed_once(estate: Estate) -> None:
    for name in (
        "objects",
        "inventory",
        "resolution",
        "compiled",
        "own",
        "everything",
        "budget",
        "runtime_workloads",
    ):
        assert getattr(estate, name) is getattr(estate, name), name


def test_the_command_lists_them() -> None:
    shown = CliRunner().invoke(cli, ["check", "--rules", "--json"])
    assert [rule["id"] for rule in json.loads(shown.output)] == [rule.id for rule in RULES]
    text = CliRunner().invoke(cli, ["check", "--rules"]).output
    assert "object-once (error, compiled)\n  Yield each object" in text


def test_a_small_platform_breaks_none(estate: Estate) -> None:
    assert errors([estate], *Phase) == []
