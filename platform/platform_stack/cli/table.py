"""Tables on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_WIDTH = 200


def print_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    red: Callable[[Sequence[str]], bool] = lambda _cells: False,
) -> None:
    """Print rows below their heads: as wide as the terminal, or 200 characters where there is none.

    Args:
        heads: one for each column.
        rows: their cells.
        red: whether a row is shown in red.

    """
    from rich.console import Console  # noqa: PLC0415  50 ms that a command's other formats do not pay
    from rich.table import Table  # noqa: PLC0415  see above

    console = Console()
    if not console.is_terminal:
        console.width = _WIDTH
    table = Table(*heads, box=None, header_style="bold")
    for cells in rows:
        table.add_row(*cells, style="red" if red(cells) else None)
    console.print(table)
