"""The fast writer writes what libyaml writes, or leaves it to libyaml."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platform_stack.yaml_output import HEADER, to_yaml, with_libyaml

# Characters with a meaning somewhere in YAML, between letters that have none.
tricky = st.text(alphabet="ab1 -:#'\n.,[{*&!|>%@`?=<~+\"\\$(/yné\t", max_size=8)
printable = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
long_words = st.lists(st.sampled_from(["a", "word", "x" * 60, "x" * 120]), max_size=40).map(" ".join)
texts = (
    tricky
    | printable
    | long_words
    | st.text(max_size=20)
    | st.sampled_from(
        ["yes", "y", "~", "null", "", "=", "<<", "0x1f", "1_000", "2020-01-01", "---", "...", "-"]
    )
)
keys = st.sampled_from(["name", "a.b/c-d", "k" * 99, "k" * 101]) | tricky
values = st.recursive(
    texts | st.integers() | st.floats() | st.booleans() | st.none() | st.dates() | st.tuples(texts),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(keys, values, max_size=3))
@example({"a": {"b": [{"c": {}, "d": []}, {"e": "one\n\n two\n"}, "x"]}})
def test_a_document_has_the_bytes_of_libyaml(document: dict[str, object]) -> None:
    assert to_yaml(document).decode() == HEADER + with_libyaml(document)


@given(st.sampled_from(["", "a" * 90]), texts)
def test_a_text_has_the_bytes_of_libyaml_in_every_place(pad: str, text: str) -> None:
    for document in ({pad + "k": text}, {"k": {"k": [text, {"k": text}]}}, {text: 1}):
        assert to_yaml(document).decode() == HEADER + with_libyaml(document)


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "two words",
        "a:b",
        "--flag",
        "*",
        "8080",
        "true",
        "",
        "one\ntwo\n",
        "one\ntwo",
        1,
        True,
        None,
        [],
        {},
    ],
)
def test_what_manifests_are_made_of_does_not_need_libyaml(
    value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("platform_stack.yaml_output.with_libyaml")
    assert to_yaml({"apiVersion": "v1", "items": [value, {"key": value}]})
