"""Tables fit where they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.cli import table

if TYPE_CHECKING:
    import pytest

LONG = "one two-three four"


def test_columns_are_as_wide_as_their_cells(capsys: pytest.CaptureFixture[str]) -> None:
    table.print_table(("a", "why"), (("1", LONG), ("22", "x\ny")))
    assert capsys.readouterr().out == f"a   why\n1   {LONG}\n22  x\n    y\n"


def test_the_widest_are_wrapped_where_there_is_less_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "_WIDTH", 16)
    table.print_table(("a", "why"), (("12", LONG),))
    assert capsys.readouterr().out == "a   why\n12  one\n    two-three\n    four\n"
