"""dist/<cluster>/bootstrap/cluster.env: what synth writes, a shell reads and doctor reads."""

from __future__ import annotations

import dataclasses
import subprocess
from typing import TYPE_CHECKING

import pytest

from platform_stack import Application, Chart, Cluster, Namespace, Platform
from platform_stack.bootstrap import FILE, environment, read
from platform_stack.budget import Request
from platform_stack.errors import PlatformError
from platform_stack.model import Context

if TYPE_CHECKING:
    from pathlib import Path


def platform_with(cluster: Cluster, repository: str) -> Platform:
    chart = Chart(repository=repository, name="net", version="1.2.3")
    network = Application(name="network", namespaces=(Namespace(name="network"),), charts=(chart,))
    return Platform(bootstrap=(network,), applications=(), clusters=(cluster,))


def test_a_shell_reads_what_python_reads(tmp_path: Path, cluster: Cluster) -> None:
    nasty = dataclasses.replace(cluster, revision="it's;$(touch${IFS}made)`id`")
    (tmp_path / "bootstrap").mkdir()
    (tmp_path / FILE).write_bytes(
        environment(Context(platform_with(nasty, "https://c.test/x"), nasty), Request())
    )

    variables = read(tmp_path)

    for name, value in variables.items():
        done = subprocess.run(
            ["bash", "-uc", f'. ./{FILE} && printf %s "${name}"'],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == value
    assert variables["REVISION"] == nasty.revision
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("repository", "reference"),
    [
        ("https://charts.example.test/", "--repo https://charts.example.test/ net"),
        ("oci://registry.example.test/charts", "oci://registry.example.test/charts/net"),
    ],
)
def test_how_helm_is_told_of_a_chart(cluster: Cluster, repository: str, reference: str) -> None:
    text = environment(Context(platform_with(cluster, repository), cluster), Request()).decode()
    assert f"CHARTS='network network net 1.2.3 bootstrap/net.values.yaml {reference}'" in text


def test_a_mirror_holds_every_chart(cluster: Cluster) -> None:
    mirrored = dataclasses.replace(cluster, chart_mirror="oci://mirror.example.test")
    text = environment(Context(platform_with(mirrored, "https://c.test"), mirrored), Request()).decode()
    assert "oci://mirror.example.test/net" in text
    assert "c.test" not in text


def test_a_folder_without_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"(?s)cluster\.env.*No such file.*platform-stack synth"):
        read(tmp_path)
