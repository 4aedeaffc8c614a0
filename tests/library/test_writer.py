from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_stack import PlatformError, writer
from platform_stack.writer import compare, write_tree

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"a.yaml": b"a", "apps/b.yaml": b"b", "apps/deep/c.yaml": b"c"}


def read_tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_tree_is_written_and_reported(tmp_path: Path) -> None:
    changes = write_tree(tmp_path / "new" / "kind", FILES)
    assert changes.added == ("a.yaml", "apps/b.yaml", "apps/deep/c.yaml")
    assert read_tree(tmp_path / "new" / "kind") == FILES
    assert os.listdir(tmp_path / "new") == ["kind"]


def test_what_no_longer_belongs_disappears_and_what_stays_keeps_its_time(tmp_path: Path) -> None:
    folder = tmp_path / "kind"
    write_tree(folder, FILES)
    os.utime(folder / "a.yaml", (1, 1))
    changes = write_tree(folder, {"a.yaml": b"a", "apps/b.yaml": b"new"})
    assert (changes.added, changes.changed, changes.removed) == ((), ("apps/b.yaml",), ("apps/deep/c.yaml",))
    assert read_tree(folder) == {"a.yaml": b"a", "apps/b.yaml": b"new"}
    assert (folder / "a.yaml").stat().st_mtime == 1
    assert not (folder / "apps" / "deep").exists()


def test_a_changed_file_is_a_new_file_so_that_nobody_who_has_the_old_open_sees_half(tmp_path: Path) -> None:
    folder = tmp_path / "kind"
    write_tree(folder, {"a.yaml": b"old"})
    with (folder / "a.yaml").open("rb") as old:
        write_tree(folder, {"a.yaml": b"new and longer"})
        assert old.read() == b"old"


def test_nothing_is_touched_when_nothing_changes(tmp_path: Path) -> None:
    folder = tmp_path / "kind"
    write_tree(folder, FILES)
    before = folder.stat().st_mtime_ns, folder.stat().st_ino
    assert not write_tree(folder, FILES)
    assert (folder.stat().st_mtime_ns, folder.stat().st_ino) == before


@pytest.mark.parametrize("step", ["_build", "_swap"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("disk full"), ValueError])
def test_a_failure_or_an_interrupt_leaves_the_old_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: type[BaseException]
) -> None:
    folder = tmp_path / "kind"
    write_tree(folder, FILES)
    real = getattr(writer, step)

    def fails_after_its_work(*arguments: object) -> None:
        if step == "_build":
            real(*arguments)
        else:
            folder.rename(tmp_path / ".kind.old")  # half of the swap
        raise error

    monkeypatch.setattr(writer, step, fails_after_its_work)
    with pytest.raises((KeyboardInterrupt, PlatformError, ValueError)):
        write_tree(folder, {"a.yaml": b"other"})
    assert read_tree(folder) == FILES
    assert os.listdir(tmp_path) == ["kind"]


def test_a_swap_that_was_cut_off_is_mended_by_the_next_run(tmp_path: Path) -> None:
    write_tree(tmp_path / ".kind.old", FILES)
    write_tree(tmp_path / ".kind.new", {"a.yaml": b"half"})
    changes = write_tree(tmp_path / "kind", FILES)
    assert not changes
    assert read_tree(tmp_path / "kind") == FILES
    assert os.listdir(tmp_path) == ["kind"]


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "kind").write_text("a file")
    with pytest.raises(PlatformError, match="a folder, or nothing"):
        write_tree(tmp_path / "kind", FILES)
    assert (tmp_path / "kind").read_text() == "a file"


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(PlatformError, match="Not a directory"):
        write_tree(tmp_path / "file" / "dist" / "kind", FILES)


trees = st.dictionaries(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=3).map(lambda parts: "/".join((*parts, "f.yaml"))),
    st.binary(max_size=8),
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(trees, trees)
def test_any_tree_becomes_any_other(
    tmp_path_factory: pytest.TempPathFactory, first: dict[str, bytes], second: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("tree") / "kind"
    write_tree(folder, first)
    expected = compare(folder, second)
    assert write_tree(folder, second) == expected
    assert read_tree(folder) == second
    assert not compare(folder, second)
    assert os.listdir(folder.parent) == ["kind"]
