from __future__ import annotations

import pytest

from platform_stack.facts import yaml_reading


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1", -1),
        ("0", 0),
        ("0644", 420),
        ("0o644", 420),
        ("0x1F", 31),
        ("1e+06", 1000000),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("true", True),
        ("null", None),
        ("", None),
        ("10:20", "10:20"),
        ("=", "="),
        ("2024-01-02", "2024-01-02"),
        ("1.2.3", "1.2.3"),
        ("'1'", "1"),
        ("5m", "5m"),
    ],
)
def test_scalars_are_what_helm_reads(text: str, value: object) -> None:
    read = yaml_reading.load(f"a: {text}")["a"]
    assert read == value
    assert type(read) is type(value)


def test_every_document_is_read() -> None:
    assert yaml_reading.load_all("a: 1\n---\n# nothing\n---\nb: 2\n") == [{"a": 1}, None, {"b": 2}]
