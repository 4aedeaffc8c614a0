"""Tables on a terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_WIDTH = 200
_GAP = 2


def print_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    red: Callable[[Sequence[str]], bool] = lambda _cells: False,
) -> None:
    """Print rows below their heads: as wide as the terminal, or 200 characters where there is none.

    Args:
        heads: one for each column.
        rows: their cells; what is too wide is wrapped.
        red: whether a row is shown in red.

    """
    table = [tuple(heads), *map(tuple, rows)]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH
    widths = _widths(table, width - _GAP * len(heads))
    lines = [click.style(line, bold=True) for line in _lines(table[0], widths)]
    for cells in table[1:]:
        lines += (click.style(line, fg="red" if red(cells) else None) for line in _lines(cells, widths))
    click.echo("\n".join(lines))


def _widths(table: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return how wide each column is: as wide as its cells, or the widest ones narrowed until all fit."""
    widths = [
        max(len(line) for cell in column for line in cell.split("\n")) for column in zip(*table, strict=True)
    ]
    while sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    return widths


def _lines(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    wrapped = [
        [
            part
            for line in cell.split("\n")
            for part in textwrap.wrap(line, width, break_on_hyphens=False) or [""]
        ]
        for cell, width in zip(cells, widths, strict=True)
    ]
    gap = " " * _GAP
    return [
        gap.join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()
        for parts in zip_longest(*wrapped, fillvalue="")
    ]
