from __future__ import annotations

from types import MappingProxyType

import pytest

from platform_stack.facts.check import ValuesProblem, check_values, dotted

SHAPE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "replicas": {"type": ["number", "null"]},
        "hosts": {"type": ["array", "null"]},
        "server": {
            "type": ["object", "null"],
            "additionalProperties": False,
            "properties": {"enabled": {"type": ["boolean", "null"]}, "name": {"type": ["string", "null"]}},
        },
        "empty": {"type": ["object", "null"], "additionalProperties": False},
    },
}


def test_good_values_have_no_problem() -> None:
    assert check_values(SHAPE, {"replicas": 1, "server": {"enabled": True, "name": None}}) == []


def test_an_unknown_key_has_its_path_and_a_suggestion() -> None:
    (problem,) = check_values(SHAPE, {"server": {"enabeld": True}})
    assert problem == ValuesProblem(
        ("server", "enabeld"), "found unknown key 'enabeld', expected one of enabled, name", "enabled"
    )
    assert str(problem).endswith("; did you mean 'enabled'?")


def test_a_key_like_no_other_has_no_suggestion() -> None:
    (problem,) = check_values(SHAPE, {"server": {"zzz": True}})
    assert problem.suggestion is None
    assert str(problem) == "server.zzz: found unknown key 'zzz', expected one of enabled, name"


def test_where_nothing_is_known_nothing_is_expected() -> None:
    (problem,) = check_values(SHAPE, {"empty": {"a": 1}})
    assert problem.message == "found unknown key 'a', expected no key here"


def test_every_problem_is_given_in_the_order_of_the_paths() -> None:
    values = {"z": 1, "server": {"name": 5, "b": 1, "a": 1}, "replicas": "many"}
    backwards = {"replicas": "many", "server": {"a": 1, "b": 1, "name": 5}, "z": 1}
    found = check_values(SHAPE, values)
    assert [dotted(problem.path) for problem in found] == [
        "replicas",
        "server.a",
        "server.b",
        "server.name",
        "z",
    ]
    assert found == check_values(SHAPE, backwards)


def test_any_mapping_and_any_sequence_will_do() -> None:
    values = MappingProxyType({"hosts": ("a", "b"), "server": MappingProxyType({"enabled": False})})
    assert check_values(SHAPE, values) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("server", "hosts", 0, "name"), "server.hosts[0].name"),
        (("labels", "example.io/name"), 'labels["example.io/name"]'),
        (("a",), "a"),
    ],
)
def test_a_path_is_written_as_people_write_it(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text
