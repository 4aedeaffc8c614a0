"""`platform-stack synth` as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests import commands

ROOT = Path(__file__).parents[3]

DESCRIPTION = """
from platform_stack import Application, Cluster, Namespace, Platform

web = Application(name="web", namespaces=(Namespace(name="web"),))
PLATFORM = Platform(
    applications=(web,),
    clusters=tuple(Cluster(name=name, repo_url="https://git.example.test/p") for name in ("one", "two")),
)
"""


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return commands.run(folder, *arguments, environment=environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "__main__.py").write_text(DESCRIPTION)
    return tmp_path


def test_every_cluster_gets_a_folder(folder: Path) -> None:
    done = run(folder, "synth")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in (folder / "dist").iterdir()) == ["one", "two"]
    assert "11 files: 11 added" in done.stdout


def test_one_cluster_and_another_output(folder: Path) -> None:
    done = run(folder, "synth", "--cluster", "two", "--output", "elsewhere")
    assert done.returncode == 0
    assert [path.name for path in (folder / "elsewhere").iterdir()] == ["two"]
    assert not (folder / "dist").exists()


def test_another_output_holds_the_same_bytes_and_still_names_dist(folder: Path) -> None:
    assert run(folder, "synth").returncode == 0
    assert run(folder, "synth", "--output", "elsewhere").returncode == 0
    made, again = (
        {path.relative_to(folder / name): path.read_bytes() for path in (folder / name).rglob("*.*")}
        for name in ("dist", "elsewhere")
    )
    assert made == again
    assert b"path: dist/one/root" in made[Path("one/bootstrap/root.yaml")]


def test_cdk8s_names_the_output_by_its_environment_variable(folder: Path) -> None:
    assert run(folder, "synth", CDK8S_OUTDIR="from-cdk8s").returncode == 0
    assert (folder / "from-cdk8s" / "one").is_dir()


def test_overrides_reach_every_place_that_names_them(folder: Path) -> None:
    done = run(folder, "synth", "--repo-url", "git@example.test:other.git", "--revision", "v2")
    assert done.returncode == 0
    text = "".join(path.read_text() for path in (folder / "dist").rglob("*.*"))
    assert "git@example.test:other.git" in text
    assert "git.example.test/p" not in text
    root = yaml.safe_load((folder / "dist/one/bootstrap/root.yaml").read_text().split("---")[2])
    assert root["spec"]["sources"][0]["targetRevision"] == "v2"


def test_a_bad_override_is_reported_like_a_bad_description(folder: Path) -> None:
    done = run(folder, "synth", "--repo-url", "example.test/other")
    assert done.returncode == 1
    assert "did you mean 'https://example.test/other'?" in done.stderr
    assert not (folder / "dist").exists()


def test_check_changes_nothing_and_shows_a_short_diff(folder: Path) -> None:
    assert run(folder, "synth", "--check").returncode == 1
    assert not (folder / "dist").exists()
    assert run(folder, "synth").returncode == 0
    assert run(folder, "synth", "--check").returncode == 0
    changed = folder / "dist/one/apps/web/application.yaml"
    changed.write_text(changed.read_text().replace("selfHeal: true", "selfHeal: false"))
    before = changed.stat().st_mtime_ns
    (folder / "dist/one/extra.yaml").write_text("a: b")
    done = run(folder, "synth", "--check")
    assert done.returncode == 1
    assert "-      selfHeal: false\n+      selfHeal: true\n" in done.stdout
    assert "- extra.yaml (does not belong)" in done.stdout
    assert "dist/two: 11 files, up to date" in done.stdout
    assert changed.stat().st_mtime_ns == before


def test_json(folder: Path) -> None:
    done = run(folder, "synth", "--json")
    one, two = json.loads(done.stdout)
    assert (one["folder"], one["files"], len(one["added"])) == ("dist/one", 11, 11)
    assert two["removed"] == []


def test_an_unknown_cluster_is_wrong_usage(folder: Path) -> None:
    done = run(folder, "synth", "--cluster", "on")
    assert done.returncode == 2
    assert "did you mean 'one'?" in done.stderr


def test_an_output_that_cannot_be_written(folder: Path) -> None:
    (folder / "file").write_text("")
    done = run(folder, "synth", "--output", "file/dist")
    assert done.returncode in (1, 2)
    assert "file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_a_description(tmp_path: Path) -> None:
    done = run(tmp_path, "synth")
    assert done.returncode == 1
    assert "no apps/__main__.py" in done.stderr
    assert "--platform" in done.stderr


def test_an_interrupt_leaves_dist_as_it_was(folder: Path) -> None:
    assert run(folder, "synth").returncode == 0
    before = {path: path.stat().st_mtime_ns for path in folder.glob("dist/**/*")}
    sleeps = DESCRIPTION.replace(
        "PLATFORM =", "import time; print('begun', flush=True); time.sleep(60)\nPLATFORM ="
    )
    (folder / "apps" / "__main__.py").write_text(sleeps)
    process = subprocess.Popen(
        [sys.executable, "-m", "platform_stack", "synth"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Python, too, asks for no Ctrl-C when it begins with the signal ignored, as in the background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  no thread is here
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    time.sleep(1.5)  # by then Node runs too, and gets the signal as it does from a terminal
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert errors.strip() == "interrupted: nothing was changed"
    assert {path: path.stat().st_mtime_ns for path in folder.glob("dist/**/*")} == before


def test_an_unchanged_file_keeps_its_modification_time(folder: Path) -> None:
    run(folder, "synth")
    before = {path: path.stat().st_mtime_ns for path in folder.glob("dist/**/*")}
    changed = folder / "dist/one/bootstrap/root.yaml"
    changed.write_text("")
    run(folder, "synth")
    after = {path: path.stat().st_mtime_ns for path in folder.glob("dist/**/*") if path.is_file()}
    assert {path for path, modified in after.items() if modified != before[path]} == {changed}


def test_help_and_version() -> None:
    assert "synth" in run(ROOT, "--help").stdout
    assert run(ROOT, "--version").stdout.startswith("platform-stack, version ")
    assert run(ROOT, "synth", "--frobnicate").returncode == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    done = run(ROOT, "completion", shell)
    assert done.returncode == 0
    assert "_PLATFORM_STACK_COMPLETE" in done.stdout
