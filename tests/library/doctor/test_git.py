"""The git repository, with real ones; and the command as a user runs it."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from platform_stack.bootstrap import environment
from platform_stack.budget import Request
from platform_stack.doctor import Diagnosis, check_git
from platform_stack.doctor.git import same_repository
from platform_stack.model import Context

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack import Platform

    from .conftest import Machine

URL = "https://github.com/you/platform"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.test")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """Return a repository with a dist/ of two files."""
    folder = tmp_path / "upstream"
    (folder / "dist/kind").mkdir(parents=True)
    for name in ("one.yaml", "two.yaml"):
        (folder / "dist/kind" / name).write_text(f"{name}\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=one")
    return folder


@pytest.fixture
def clone(tmp_path: Path, upstream: Path) -> Path:
    folder = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", f"file://{upstream}", str(folder))
    return folder


def look(variables: dict[str, str], upstream: Path, clone: Path) -> dict[str, Diagnosis]:
    pointed = {**variables, "REPO_URL": f"file://{upstream}"}
    return {check.name: check for check in check_git(pointed, clone)}


def test_everything_is_there(variables: dict[str, str], upstream: Path, clone: Path) -> None:
    found = look(variables, upstream, clone)
    assert {name: check.state for name, check in found.items()} == {
        "git URL of dist/": "ok",
        "git repository": "ok",
        "dist/ in git": "ok",
    }


def test_a_commit_is_a_revision_too(variables: dict[str, str], upstream: Path, clone: Path) -> None:
    done = subprocess.run(
        ["git", "-C", str(upstream), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    assert look({**variables, "REVISION": done.stdout.strip()}, upstream, clone)["dist/ in git"].state == "ok"


def test_what_is_not_pushed_is_named(variables: dict[str, str], upstream: Path, clone: Path) -> None:
    (clone / "dist/kind/one.yaml").write_text("changed\n")
    (clone / "dist/kind/two.yaml").unlink()
    (clone / "dist/kind/three.yaml").write_text("new\n")
    (clone / "elsewhere").write_text("does not matter\n")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message=two")

    check = look(variables, upstream, clone)["dist/ in git"]

    assert check.state == "fail"
    for name in ("one.yaml", "two.yaml", "three.yaml"):
        assert f"dist/kind/{name}" in check.found
    assert "elsewhere" not in check.found

    git(clone, "push", "--quiet", "origin", "HEAD:refs/heads/pushed")
    assert look({**variables, "REVISION": "pushed"}, upstream, clone)["dist/ in git"].state == "ok"


def test_looking_leaves_the_clone_as_it_was(variables: dict[str, str], upstream: Path, clone: Path) -> None:
    def files() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in clone.rglob("*") if path.is_file()}

    before = files()
    look(variables, upstream, clone)
    assert files() == before


def test_a_revision_that_is_not_there(variables: dict[str, str], upstream: Path, clone: Path) -> None:
    found = look({**variables, "REVISION": "no-such-branch"}, upstream, clone)
    assert found["git repository"].state == "fail"
    assert "no-such-branch" in found["git repository"].found
    assert "dist/ in git" not in found


def test_a_fork_that_still_points_upstream(variables: dict[str, str], upstream: Path, clone: Path) -> None:
    git(clone, "remote", "set-url", "origin", "git@github.com:fork/platform.git")
    check = look(variables, upstream, clone)["git URL of dist/"]
    assert check.state == "fail"
    assert "repo_url='git@github.com:fork/platform.git'" in check.hint


def test_any_remote_will_do(variables: dict[str, str], upstream: Path, clone: Path) -> None:
    git(clone, "remote", "set-url", "origin", "https://example.test/fork")
    git(clone, "remote", "add", "upstream", f"file://{upstream}")
    assert look(variables, upstream, clone)["git URL of dist/"].state == "ok"


def test_a_clone_without_a_remote(variables: dict[str, str], upstream: Path, clone: Path) -> None:
    git(clone, "remote", "remove", "origin")
    assert look(variables, upstream, clone)["git URL of dist/"].state == "warn"


@pytest.mark.parametrize(
    "other",
    [
        "https://github.com/you/platform.git",
        "https://github.com/you/platform/",
        "git@github.com:you/platform.git",
        "ssh://git@github.com/you/platform",
        "ssh://git@github.com:22/you/platform.git",
        "https://robot@GitHub.com/you/platform",
    ],
)
def test_one_repository_has_many_urls(other: str) -> None:
    assert same_repository(URL, other)


@pytest.mark.parametrize(
    "other",
    ["https://github.com/you/platform2", "https://github.com/me/platform", "git@gitlab.com:you/platform.git"],
)
def test_other_repositories_are_others(other: str) -> None:
    assert not same_repository(URL, other)


def doctor(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "platform_stack", "doctor", *arguments],
        cwd=folder,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )


def write_dist(folder: Path, platform: Platform, url: str) -> None:
    cluster = dataclasses.replace(platform.clusters[0], name="kind", repo_url=url)
    target = folder / "dist/kind/bootstrap"
    target.mkdir(parents=True)
    (target / "cluster.env").write_bytes(environment(Context(platform, cluster), Request()))
    (target / "kind.yaml").write_text("nodes: []\n")


def test_the_command(machine: Machine, platform: Platform, upstream: Path, clone: Path) -> None:
    write_dist(upstream, platform, f"file://{upstream}")
    shutil.copytree(upstream / "dist/kind/bootstrap", clone / "dist/kind/bootstrap")
    git(upstream, "add", "--all")
    git(upstream, "commit", "--quiet", "--message=bootstrap")

    done = doctor(clone, "--json")
    found = {each["name"]: each for each in json.loads(done.stdout)}
    assert found["dist/ in git"]["state"] == "ok"
    assert set(found["kind"]) == {"name", "state", "found", "expected", "hint"}
    assert done.returncode == any(each["state"] == "fail" for each in found.values())

    machine.program("kind", "echo kind v0.20.0")
    done = doctor(clone)
    assert done.returncode == 1
    assert "fail  kind: 0.20.0" in done.stdout
    assert "expected: 0.33 or newer" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.usefixtures("machine")
def test_a_folder_without_dist(tmp_path: Path) -> None:
    done = doctor(tmp_path)
    assert done.returncode == 1
    assert "platform-stack synth writes them" in done.stderr


@pytest.mark.usefixtures("machine")
def test_a_misspelt_cluster(tmp_path: Path, platform: Platform) -> None:
    write_dist(tmp_path, platform, URL)
    done = doctor(tmp_path, "--cluster", "knid")
    assert done.returncode == 1
    assert "did you mean 'kind'?" in done.stderr
