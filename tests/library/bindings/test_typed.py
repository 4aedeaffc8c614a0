from __future__ import annotations

import copy
from enum import StrEnum
from typing import ClassVar

import pytest

from platform_stack.typed import ApiObject, Struct, to_manifest


class Color(StrEnum):
    RED = "red"


class WidgetSpec(Struct):
    __slots__ = ()

    def __init__(self, *, pod_selector: object = None, items: object = None, nested: object = None) -> None:
        self.values = {"podSelector": pod_selector, "items": items, "nested": nested}


class Widget(ApiObject):
    __slots__ = ()

    api_version: ClassVar[str] = "example.org/v1"
    kind: ClassVar[str] = "Widget"

    def __init__(self, *, metadata: object, spec: object = None) -> None:
        self.values = {"metadata": metadata, "spec": spec}


def test_manifest_starts_with_api_version_kind_and_metadata() -> None:
    manifest = to_manifest(Widget(metadata={"name": "a"}, spec=WidgetSpec(items=[1])))
    assert list(manifest) == ["apiVersion", "kind", "metadata", "spec"]
    assert manifest == {
        "apiVersion": "example.org/v1",
        "kind": "Widget",
        "metadata": {"name": "a"},
        "spec": {"items": [1]},
    }


def test_fields_carry_the_names_of_the_manifest() -> None:
    assert to_manifest(WidgetSpec(pod_selector={})) == {"podSelector": {}}


def test_absent_fields_are_left_out_and_falsy_ones_stay() -> None:
    spec = WidgetSpec(items=[], nested=WidgetSpec(items=0, nested=False, pod_selector=""))
    assert to_manifest(spec) == {"items": [], "nested": {"podSelector": "", "items": 0, "nested": False}}


def test_none_inside_plain_values_stays() -> None:
    assert to_manifest(WidgetSpec(nested={"drop": None}, items=[None])) == {
        "items": [None],
        "nested": {"drop": None},
    }


def test_structs_inside_plain_values_are_made_plain() -> None:
    spec = WidgetSpec(items=(WidgetSpec(items=[1]), {"deep": WidgetSpec()}), nested=Widget(metadata={}))
    assert to_manifest(spec) == {
        "items": [{"items": [1]}, {"deep": {}}],
        "nested": {"apiVersion": "example.org/v1", "kind": "Widget", "metadata": {}},
    }


def test_scalars_keep_their_types() -> None:
    scalars = ["text", 1, 1.0, True, None]
    made = to_manifest(WidgetSpec(items=scalars))["items"]
    assert isinstance(made, list)
    assert [type(item) for item in made] == [type(item) for item in scalars]


def test_string_enum_becomes_plain_text() -> None:
    made = to_manifest(WidgetSpec(nested=Color.RED))["nested"]
    assert made == "red"
    assert type(made) is str


def test_input_is_neither_changed_nor_shared() -> None:
    labels = {"a": ["b"]}
    spec = WidgetSpec(nested=labels)
    before = copy.deepcopy(labels)
    made = to_manifest(spec)["nested"]
    assert isinstance(made, dict)
    made["a"].append("c")
    assert labels == before
    assert to_manifest(spec) == {"nested": before}


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"deep": [1, {2}]}, r"WidgetSpec\.nested\.deep\[1\]: found \{2\} of type set"),
        (WidgetSpec(items=b"raw"), r"WidgetSpec\.nested\.items: found b'raw' of type bytes"),
        ({1: "a"}, r"WidgetSpec\.nested: found the key 1 of type int"),
    ],
)
def test_unsupported_value_is_named_with_its_place(value: object, place: str) -> None:
    with pytest.raises(TypeError, match=f"^{place}; expected str, int"):
        to_manifest(WidgetSpec(nested=value))


def test_structs_are_equal_by_class_and_values() -> None:
    assert WidgetSpec(items=[1]) == WidgetSpec(items=[1])
    assert WidgetSpec(items=[1]) != WidgetSpec(items=[2])
    assert WidgetSpec() != {"podSelector": None, "items": None, "nested": None}
    with pytest.raises(TypeError, match="unhashable"):
        hash(WidgetSpec())


def test_repr_shows_the_given_fields() -> None:
    assert repr(WidgetSpec(items=[1])) == "WidgetSpec(items=[1])"


def test_misspelled_attribute_is_refused() -> None:
    with pytest.raises(AttributeError):
        WidgetSpec().pod_selecter = {}  # type: ignore[attr-defined] # that is the test
