"""A chart on disk: a folder or a ``.tgz`` package, with its subcharts."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.facts import yaml_reading
from platform_stack.facts.errors import FactsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class ChartSource:
    """A chart's files, read into memory.

    ``values_text`` is values.yaml, empty where there is none; ``values_schema`` is values.schema.json or
    None; ``templates`` maps the path of each file that helm renders, ``text_files`` that of each other
    text file that a template may read; ``subcharts`` are those under charts/, by the order of their names.
    """

    path: Path
    metadata: Mapping[str, Any]
    values_text: str
    values_schema: Mapping[str, Any] | None
    templates: Mapping[str, str]
    text_files: Mapping[str, str]
    subcharts: tuple[ChartSource, ...]

    @property
    def name(self) -> str:
        """The chart's name, from Chart.yaml."""
        return str(self.metadata["name"])

    @property
    def version(self) -> str:
        """The chart's version as it is spelled in Chart.yaml, with or without a leading v."""
        return str(self.metadata["version"])

    @property
    def dependencies(self) -> list[Mapping[str, Any]]:
        """The dependencies that Chart.yaml declares."""
        return list(self.metadata.get("dependencies") or [])

    def subchart_keys(self) -> dict[str, ChartSource]:
        """Map each key of the values under which a subchart reads its own to that subchart.

        The key is a dependency's alias, else its name; a subchart that no dependency names has its name.
        """
        by_name = {chart.name: chart for chart in self.subcharts}
        keys = {
            str(dependency.get("alias") or dependency["name"]): by_name[str(dependency["name"])]
            for dependency in self.dependencies
            if str(dependency["name"]) in by_name
        }
        declared = {chart.name for chart in keys.values()}
        return keys | {name: chart for name, chart in by_name.items() if name not in declared}


def find_chart(charts_dir: Path, name: str, version: str) -> Path:
    """Find a chart at an exact version among the folders and ``.tgz`` packages of a folder.

    ``1.2.3`` and ``v1.2.3`` are the same version, as they are to helm. A folder wins over a package.

    Raises:
        FactsError: there is no such folder, the chart is not in it, or only at other versions.

    """
    if not charts_dir.is_dir():
        raise FactsError(
            charts_dir,
            found="no such folder",
            expected="a folder with charts, each a folder or a .tgz package",
            hint=f"helm pull {name} --version {version} --destination {charts_dir}",
        )
    versions: dict[str, Path] = {}
    for path in sorted(charts_dir.iterdir(), key=lambda path: (path.is_dir(), path.name)):
        metadata = _metadata_at(path)
        if metadata is not None and metadata.get("name") == name:
            versions[str(metadata.get("version"))] = path
    for found, path in versions.items():
        if found.removeprefix("v") == version.removeprefix("v"):
            return path
    raise FactsError(
        charts_dir,
        found=f"chart {name} at {', '.join(sorted(versions))}" if versions else f"no chart {name}",
        expected=f"chart {name} at {version}",
        hint=f"helm pull {name} --repo REPOSITORY --version {version} --destination {charts_dir}",
    )


def read_chart(path: Path) -> ChartSource:
    """Read a chart with its subcharts.

    Raises:
        FactsError: it is no chart, a file of it is damaged, or a dependency is not in its charts folder.

    """
    files = _package_files(path.read_bytes(), path) if path.is_file() else _folder_files(path)
    return _chart(path, files)


def _metadata_at(path: Path) -> dict[str, Any] | None:
    """Read the Chart.yaml of what may be a chart; None for anything else."""
    if path.is_dir():
        chart_yaml = path / "Chart.yaml"
        return _mapping(chart_yaml.read_text(encoding="utf-8"), chart_yaml) if chart_yaml.is_file() else None
    if path.suffix != ".tgz":
        return None
    files = _package_files(path.read_bytes(), path)
    return _mapping(files["Chart.yaml"].decode(), path) if "Chart.yaml" in files else None


def _folder_files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _package_files(package: bytes, where: Path) -> dict[str, bytes]:
    """Read a package's files, by their path below the package's single top folder."""
    try:
        with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
            members = sorted(
                (member for member in archive if member.isfile()), key=lambda member: member.name
            )
            return {
                str(PurePosixPath(*PurePosixPath(member.name).parts[1:])): stream.read()
                for member in members
                if (stream := archive.extractfile(member)) is not None
            }
    except (tarfile.TarError, EOFError, OSError) as error:
        raise FactsError(
            where,
            found=f"no gzipped tar archive ({error})",
            expected="a chart package",
            hint="pull the chart again",
        ) from error


def _chart(path: Path, files: Mapping[str, bytes]) -> ChartSource:
    if "Chart.yaml" not in files:
        raise FactsError(
            path,
            found="no Chart.yaml",
            expected="a helm chart",
            hint="name the chart's folder or its .tgz package",
        )
    metadata = _mapping(files["Chart.yaml"].decode(), path / "Chart.yaml")
    for field in ("name", "version"):
        if not isinstance(metadata.get(field), str):
            raise FactsError(
                path / "Chart.yaml",
                found=f"{field}: {metadata.get(field)!r}",
                expected=f"a {field}, as a string",
                hint="pull the chart again",
            )
    subcharts = tuple(_subcharts(path, files))
    _require_dependencies(path, metadata, {chart.name for chart in subcharts})
    own = {name: content for name, content in files.items() if not name.startswith("charts/")}
    schema = own.get("values.schema.json")
    return ChartSource(
        path=path,
        metadata=metadata,
        values_text=own.get("values.yaml", b"").decode(),
        values_schema=json.loads(schema) if schema else None,
        templates=_texts((name, own[name]) for name in own if name.startswith("templates/")),
        text_files=_texts((name, own[name]) for name in own if name.startswith("files/")),
        subcharts=subcharts,
    )


def _subcharts(path: Path, files: Mapping[str, bytes]) -> Iterable[ChartSource]:
    """Read what is under charts/: a folder or a package each; names that start with _ or . are none."""
    children: dict[str, dict[str, bytes]] = {}
    for name, content in files.items():
        match PurePosixPath(name).parts:
            case ("charts", package) if package.endswith(".tgz"):
                children[package] = _package_files(content, path / "charts" / package)
            case ("charts", folder, *rest) if rest and folder[0] not in "._":
                children.setdefault(folder, {})["/".join(rest)] = content
            case _:
                continue
    for child in sorted(children):
        yield _chart(path / "charts" / child, children[child])


def _require_dependencies(path: Path, metadata: Mapping[str, Any], present: set[str]) -> None:
    declared = [str(dependency["name"]) for dependency in metadata.get("dependencies") or []]
    missing = sorted(set(declared) - present)
    if missing:
        raise FactsError(
            path,
            found=f"dependencies {', '.join(missing)} are not in its charts folder",
            expected=f"all dependencies of Chart.yaml there: {', '.join(sorted(set(declared)))}",
            hint=f"helm dependency build {path}, or pull the packaged chart, which holds them",
        )


def _texts(files: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Decode the text files; images and the like are left out."""
    texts: dict[str, str] = {}
    for name, content in files:
        try:
            texts[name] = content.decode()
        except UnicodeDecodeError:
            continue
    return texts


def _mapping(text: str, where: Path) -> dict[str, Any]:
    try:
        document = yaml_reading.load(text)
    except yaml.YAMLError as error:
        raise FactsError(
            where, found=f"no YAML ({error})", expected="a mapping", hint="pull the chart again"
        ) from error
    if not isinstance(document, dict):
        raise FactsError(
            where,
            found=f"a {type(document).__name__}",
            expected="a mapping",
            hint="pull the chart again",
        )
    return document
