"""`platform-stack` as a user runs it in a folder, without the half second that a new process takes to start."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from platform_stack.cli import main
from tests.engines import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def run(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; return what it printed and its exit code.

    Args:
        folder: the working folder.
        arguments: those of `platform-stack`.
        environment: variables beside the process's own.
        stdin: what it reads.

    """
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with (
        _alone(),
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, environment or {}),
        mock.patch.object(sys, "argv", ["platform-stack", *arguments]),
        mock.patch.object(sys, "stdin", io.StringIO(stdin)),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0
        finally:
            gc.enable()
    printed = (stream.buffer.getvalue().decode() for stream in (out, err))
    return subprocess.CompletedProcess(arguments, code, *printed)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hide the repository's own apps/, and forget afterwards what was imported of the folder's."""

    def drop() -> dict[str, object]:
        return {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "apps"}

    own = drop()
    # A folder without __init__.py stands behind the repository's apps/, which has one, wherever that is on the path.
    path = [entry for entry in sys.path if Path(entry).resolve() != ROOT]
    # Bytecode is told apart by the second and the size of its source, and a test may write twice in a second.
    with mock.patch.object(sys, "path", path), mock.patch.object(sys, "dont_write_bytecode", new=True):
        try:
            yield
        finally:
            drop()
            sys.modules.update(own)  # type: ignore[arg-type]  # what was there
