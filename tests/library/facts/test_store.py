from __future__ import annotations

import json
import subprocess
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from platform_stack.facts import (
    ChartFacts,
    CustomResource,
    FactsError,
    Rendered,
    read,
    values_digest,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path


LABELS = {f"example.io/label-{number}": "x" for number in range(9)}


def facts() -> ChartFacts:
    return ChartFacts(
        chart="demo",
        repository="https://charts.example",
        version="1.2.3",
        app_version="9.9",
        custom_resource_definitions=(
            CustomResource("example.io", "Thing", "things", "Namespaced", ("v1", "v1beta1")),
        ),
        values={"type": "object", "properties": {"größe": {"type": ["number", "null"]}}},
        profiles={
            "laptop": Rendered(
                values_digest=values_digest("1.2.3", {}),
                objects=(
                    {
                        "apiVersion": "v1",
                        "kind": "ConfigMap",
                        "metadata": {
                            "name": "demo",
                            "labels": {f"example.io/label-{n}": "x" for n in range(9)},
                        },
                        "data": {},
                    },
                ),
            )
        },
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "demo" / "demo.json"
    write(path, facts())
    assert read(path) == facts()


def test_the_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    write(first, facts())
    write(second, read(first))
    assert first.read_bytes() == second.read_bytes()
    assert first.read_text(encoding="utf-8").endswith("}\n")


def test_lines_are_short_enough_to_review(tmp_path: Path) -> None:
    write(tmp_path / "demo.json", facts())
    lines = (tmp_path / "demo.json").read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 110
    assert '   "versions": ["v1", "v1beta1"]' in lines
    assert '      "example.io/label-0": "x",' in [line[1:] for line in lines]


def test_the_digest_does_not_see_order_or_mapping_type() -> None:
    plain = values_digest("1.0.0", {"a": 1, "b": {"c": [True, None]}})
    other = values_digest("1.0.0", MappingProxyType({"b": MappingProxyType({"c": (True, None)}), "a": 1}))
    assert plain == other
    assert plain.startswith("sha256:")
    assert len(plain) == len("sha256:") + 64


@pytest.mark.parametrize(
    ("version", "values"),
    [("1.0.1", {"a": 1}), ("1.0.0", {"a": 2}), ("1.0.0", {"a": "1"}), ("1.0.0", {"a": True}), ("1.0.0", {})],
)
def test_the_digest_sees_a_change(version: str, values: dict[str, object]) -> None:
    assert values_digest(version, values) != values_digest("1.0.0", {"a": 1})


@pytest.mark.parametrize("value", [object(), {1, 2}])
def test_values_that_are_no_json_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="expected JSON data"):
        values_digest("1.0.0", {"a": value})


def test_a_number_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        values_digest("1.0.0", {"a": float("inf")})


def test_a_missing_file_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match=r"no such file(.|\n)*make facts"):
        read(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{", "no JSON"),
        ("[]", "no field 'chart'"),
        ('{"chart": 1}', "field 'chart' is a int, not a string"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "demo.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FactsError) as raised:
        read(path)
    assert str(path) in str(raised.value)
    assert found in str(raised.value)


@pytest.mark.parametrize("field", ["version", "values", "profiles", "custom_resource_definitions"])
def test_every_field_is_needed(tmp_path: Path, field: str) -> None:
    path = tmp_path / "demo.json"
    write(path, facts())
    document = json.loads(path.read_text(encoding="utf-8"))
    del document[field]
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(FactsError, match=f"no field '{field}'"):
        read(path)


def test_a_file_that_is_no_text_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(FactsError, match="no UTF-8 text"):
        read(path)


def test_reading_needs_neither_yaml_nor_jsonschema() -> None:
    program = (
        "import sys, platform_stack.facts.store; print(sorted({'yaml', 'jsonschema'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
