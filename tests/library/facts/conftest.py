"""Charts that tests write themselves."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@pytest.fixture(scope="session")
def write_chart() -> Callable[..., Path]:
    """Write a chart's folder: Chart.yaml, values.yaml and other files by their path in the chart."""
    return _write_chart


@pytest.fixture(scope="session")
def package() -> Callable[[Path, Path], Path]:
    """Pack a chart's folder as helm does: a gzipped tar with one top folder."""
    return _package


def _write_chart(
    folder: Path,
    values: str = "",
    *,
    name: str = "demo",
    version: str = "1.2.3",
    metadata: str = "",
    files: Mapping[str, str] | None = None,
) -> Path:
    chart_yaml = f"apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: '9.9'\n{metadata}"
    for path, text in {"Chart.yaml": chart_yaml, "values.yaml": values, **(files or {})}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def _package(folder: Path, archive: Path) -> Path:
    with tarfile.open(archive, "w:gz") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                member = tarfile.TarInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return archive
