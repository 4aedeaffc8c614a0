from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platform_stack.facts import FactsError
from platform_stack.facts.source import find_chart, read_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    WriteChart = Callable[..., Path]
    Package = Callable[[Path, Path], Path]


def test_a_folder_is_found_whatever_it_is_called(tmp_path: Path, write_chart: WriteChart) -> None:
    folder = write_chart(tmp_path / "charts" / "some-checkout")
    write_chart(tmp_path / "charts" / "other", name="other")
    assert find_chart(tmp_path / "charts", "demo", "1.2.3") == folder


def test_a_package_is_found(tmp_path: Path, write_chart: WriteChart, package: Package) -> None:
    charts = tmp_path / "charts"
    charts.mkdir()
    archive = package(write_chart(tmp_path / "demo"), charts / "demo-1.2.3.tgz")
    assert find_chart(charts, "demo", "1.2.3") == archive


@pytest.mark.parametrize(("there", "wanted"), [("v1.2.3", "1.2.3"), ("1.2.3", "v1.2.3")])
def test_a_leading_v_does_not_matter(
    tmp_path: Path, there: str, wanted: str, write_chart: WriteChart
) -> None:
    folder = write_chart(tmp_path / "charts" / "demo", version=there)
    assert find_chart(tmp_path / "charts", "demo", wanted) == folder


@pytest.mark.parametrize("wanted", ["1.2.4", "1.2", "^1.2.3", "1.2.3-rc.1"])
def test_another_version_is_refused_with_those_that_are_there(
    tmp_path: Path, wanted: str, write_chart: WriteChart
) -> None:
    write_chart(tmp_path / "charts" / "a", version="1.2.3")
    write_chart(tmp_path / "charts" / "b", version="1.3.0")
    with pytest.raises(FactsError) as raised:
        find_chart(tmp_path / "charts", "demo", wanted)
    assert "chart demo at 1.2.3, 1.3.0" in str(raised.value)
    assert f"chart demo at {wanted}" in str(raised.value)


def test_a_chart_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("no chart", encoding="utf-8")
    with pytest.raises(FactsError, match="no chart demo"):
        find_chart(tmp_path, "demo", "1.2.3")


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match="no such folder"):
        find_chart(tmp_path / "charts", "demo", "1.2.3")


def test_a_damaged_package_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "demo-1.2.3.tgz").write_bytes(b"no archive")
    with pytest.raises(FactsError, match="no gzipped tar archive"):
        find_chart(tmp_path, "demo", "1.2.3")


def test_a_package_reads_as_its_folder_does(
    tmp_path: Path, write_chart: WriteChart, package: Package
) -> None:
    folder = write_chart(
        tmp_path / "demo",
        "replicas: 1\n",
        metadata="dependencies: [{name: child, version: 1.2.3, alias: kid}]\n",
        files={"templates/a.yaml": "a: {{ .Values.replicas }}", "files/config.txt": "text"},
    )
    write_chart(folder / "charts" / "child", "size: 1\n", name="child")
    from_folder = read_chart(folder)
    from_package = read_chart(package(folder, tmp_path / "demo-1.2.3.tgz"))
    for chart in (from_folder, from_package):
        assert (chart.name, chart.version) == ("demo", "1.2.3")
        assert chart.values_text == "replicas: 1\n"
        assert dict(chart.templates) == {"templates/a.yaml": "a: {{ .Values.replicas }}"}
        assert {key: sub.name for key, sub in chart.subchart_keys().items()} == {"kid": "child"}
        assert chart.subcharts[0].values_text == "size: 1\n"


def test_a_packaged_subchart_is_read(tmp_path: Path, write_chart: WriteChart, package: Package) -> None:
    folder = write_chart(tmp_path / "demo")
    child = write_chart(tmp_path / "child", "size: 1\n", name="child")
    (folder / "charts").mkdir()
    package(child, folder / "charts" / "child-1.2.3.tgz")
    assert [sub.values_text for sub in read_chart(folder).subcharts] == ["size: 1\n"]


def test_missing_dependencies_are_named(tmp_path: Path, write_chart: WriteChart) -> None:
    folder = write_chart(
        tmp_path / "demo",
        metadata="dependencies: [{name: child, version: 1.2.3}, {name: common, version: 1.0.0}]\n",
    )
    write_chart(folder / "charts" / "child", name="child")
    with pytest.raises(FactsError, match=r"dependencies common are not(.|\n)*helm dependency build"):
        read_chart(folder)


def test_a_folder_without_a_chart_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match=r"no Chart\.yaml"):
        read_chart(tmp_path)


def test_a_chart_without_a_version_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("name: demo\n", encoding="utf-8")
    with pytest.raises(FactsError, match="version: None"):
        read_chart(tmp_path)
