from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platform_stack.yaml_output import HEADER, to_yaml

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=40)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
)


@given(documents)
def test_what_is_written_is_what_is_read(document: object) -> None:
    assert yaml.safe_load(to_yaml(document)) == document


# What go-yaml, which Kubernetes, Helm and Argo CD read with, takes for a number, a bool or null.
GO_YAML = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0[bB][01_]+"
    r"|[-+]?[0-9][0-9_]*|[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE"
    r"|~|null|Null|NULL|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


@given(st.from_regex(GO_YAML, fullmatch=True))
def test_text_that_looks_like_something_else_is_quoted(text: str) -> None:
    line = to_yaml({"key": text}).decode().removeprefix(HEADER)
    assert re.match(r"key: ['\"|]", line), line


@pytest.mark.parametrize("text", ["1.2.3", "v1.21.1", "10.0.0.0/8", "1h", "100m", "64Mi", "name", "a: b"[:1]])
def test_ordinary_text_stays_plain(text: str) -> None:
    assert to_yaml({"key": text}).decode() == f"{HEADER}key: {text}\n"


def test_keys_keep_their_order_and_repeated_values_are_written_out() -> None:
    shared = {"x": 1}
    assert to_yaml({"b": shared, "a": shared}).decode() == f"{HEADER}b:\n  x: 1\na:\n  x: 1\n"


def test_long_text_is_a_block() -> None:
    assert to_yaml({"script": "one\ntwo\n"}).decode() == f"{HEADER}script: |\n  one\n  two\n"


def test_many_documents() -> None:
    assert list(yaml.safe_load_all(to_yaml({"a": 1}, {"b": 2}))) == [{"a": 1}, {"b": 2}]


def test_an_object_of_python_is_refused() -> None:
    with pytest.raises(yaml.YAMLError):
        to_yaml({"a": object()})
