"""Another repository installs the wheel and describes its own platform with it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

DESCRIPTION = """
from platform_stack import Application, Chart, Cluster, Namespace, Platform
from platform_stack_imports.k8s import ConfigMap, ObjectMeta


def manifests(chart, context):
    chart.add(ConfigMap(metadata=ObjectMeta(name="web"), data={"domain": context.cluster.domain}))


web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    charts=(Chart(repository="https://charts.example.test", name="web", version="1.0.0", values={"a": 1}),),
    manifests=manifests,
)
mine = Cluster(name="mine", repo_url="https://git.example.test/mine", domain="mine.example.test")
PLATFORM = Platform(applications=(web,), clusters=(mine,))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return path


def test_what_is_in_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "platform_stack",
        "platform_stack_imports",
    }
    assert "platform_stack/py.typed" in names
    assert "platform_stack_imports/py.typed" in names
    assert any(name.startswith("platform_stack_imports/schemas/") for name in names)


def test_a_platform_of_ones_own_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    # The dependencies of this environment, without the .pth file that would also bring this repository.
    (libraries / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(libraries)
    mine = tmp_path / "mine"
    (mine / "apps").mkdir(parents=True)
    (mine / "apps" / "__main__.py").write_text(DESCRIPTION)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    where = subprocess.run(
        [python, "-c", "import platform_stack; print(platform_stack.__file__)"],
        cwd=mine,
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(libraries))
    done = subprocess.run(
        [python, "-m", "platform_stack", "synth"],
        cwd=mine,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = {path.relative_to(mine / "dist").as_posix() for path in (mine / "dist").rglob("*.yaml")}
    assert "mine/apps/web/manifests/ConfigMap.web.yaml" in written
    assert "mine/apps/web/values/web.yaml" in written
    assert "mine.example.test" in (mine / "dist/mine/apps/web/manifests/ConfigMap.web.yaml").read_text()
