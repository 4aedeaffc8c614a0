"""A sign of life for what takes longer than a second."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 1.0
"""Seconds of silence that nobody minds."""


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Show a spinner with `what` on standard error while the body runs, if it takes over a second.

    Nothing is shown, and rich is not loaded, where standard error is not a terminal.
    """
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()

    def spin() -> None:
        if done.wait(_PATIENCE):
            return
        from rich.console import Console  # noqa: PLC0415  50 ms that a short run does not pay

        with Console(stderr=True).status(f"{what} …"):
            done.wait()

    thread = threading.Thread(target=spin, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
