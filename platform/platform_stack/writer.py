"""Writing a tree of files so that there is always a whole one: the old, or the new."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.errors import fail
from platform_stack.processes import spread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FILES_FOR_A_PROCESS = 2_000
"""What takes about ten times as long as its start."""


@dataclass(frozen=True)
class Changes:
    """How a tree on disk differs from the files it should hold; paths are relative, sorted.

    Attributes:
        added: files that are not there yet.
        changed: files with other bytes.
        removed: files that do not belong.

    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.changed or self.removed)


def compare(folder: Path, files: Mapping[str, bytes]) -> Changes:
    """Compare a folder (which may be missing) with the files that it should hold."""
    there = _list(folder)
    return Changes(
        added=tuple(sorted(files.keys() - there)),
        changed=tuple(
            sorted(path for path in files.keys() & there if (folder / path).read_bytes() != files[path])
        ),
        removed=tuple(sorted(there - files.keys())),
    )


def write_tree(folder: Path, files: Mapping[str, bytes]) -> Changes:
    """Make `folder` hold exactly `files` and say what that changed.

    The new tree is built beside the folder and swapped in by two renames; an unchanged file is the old
    file (a hard link), so it keeps its mtime. A failure or an interrupt leaves the old folder.

    Args:
        folder: the folder; its parents are made. Nothing outside it changes.
        files: content by path relative to the folder, with `/`.

    Raises:
        PlatformError: the folder is a file or cannot be written.

    """
    parent = folder.parent
    new, old = parent / f".{folder.name}.new", parent / f".{folder.name}.old"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        if folder.exists() and not folder.is_dir():
            fail(str(folder), "a file", "a folder, or nothing")
        _recover(folder, new, old)
        changes = compare(folder, files)
        if not changes and folder.is_dir():
            return changes
        unchanged = files.keys() - set(changes.added) - set(changes.changed)
        try:
            _build(new, folder, files, unchanged)
            _swap(folder, new, old)
        except BaseException:
            _recover(folder, new, old)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        fail(str(folder), error.strerror or str(error), "a folder that can be written", _hint(error))
    return changes


def _build(new: Path, folder: Path, files: Mapping[str, bytes], unchanged: set[str]) -> None:
    new.mkdir()
    for parent in {(new / path).parent for path in files}:
        parent.mkdir(parents=True, exist_ok=True)
    for path in unchanged:
        _link(folder / path, new / path)

    def write(path: str) -> None:
        (new / path).write_bytes(files[path])

    spread(write, [path for path in files if path not in unchanged], _FILES_FOR_A_PROCESS)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links; copy2 keeps the mtime too
        shutil.copy2(source, target)


def _swap(folder: Path, new: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    new.rename(folder)


def _recover(folder: Path, new: Path, old: Path) -> None:
    """Undo a swap that was cut off, and drop a tree that was not finished."""
    if old.exists() and not folder.exists():
        old.rename(folder)
    for left in (new, old):
        if left.exists():
            shutil.rmtree(left)


def _list(folder: Path) -> set[str]:
    found = set()
    for root, _, names in os.walk(folder):
        relative = os.path.relpath(root, folder)
        for name in names:
            found.add(name if relative == "." else f"{relative}/{name}".replace(os.sep, "/"))
    return found


def _hint(error: OSError) -> str:
    return f"check the permissions of {error.filename}" if error.filename else ""
