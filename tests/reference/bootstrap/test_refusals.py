"""bootstrap.sh and what it must not touch: clusters of others, half-made ones, wrong usage; status and down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platform_stack.bootstrap import read

if TYPE_CHECKING:
    from .conftest import Sandbox

pytestmark = pytest.mark.bootstrap


@pytest.mark.parametrize("command", ["up", "status", "down"])
@pytest.mark.parametrize(
    "binds", ["", "/elsewhere/.platform-stack/encryption:/etc/kubernetes/encryption:ro\n"]
)
def test_a_cluster_of_somebody_else_is_not_touched(sandbox: Sandbox, command: str, binds: str) -> None:
    (sandbox.world / "clusters/kind").write_text(binds)
    files = sandbox.files()

    done = sandbox.run(command)

    assert done.returncode == 1
    assert "a KIND cluster that another made; it was not touched" in done.stderr
    assert not sandbox.changes()
    assert sandbox.files() == files
    assert (sandbox.world / "clusters/kind").read_text() == binds


def test_docker_does_not_run(sandbox: Sandbox) -> None:
    (sandbox.world / "docker-down").touch()
    files = sandbox.files()

    done = sandbox.run("up")

    assert done.returncode == 1
    assert "Cannot connect to the Docker daemon" in done.stderr
    assert "a running Docker" in done.stderr
    assert sandbox.files() == files


@pytest.mark.parametrize("tool", ["docker", "kind", "kubectl", "helm"])
def test_a_program_is_missing(sandbox: Sandbox, tool: str) -> None:
    (sandbox.folder / "bin" / tool).unlink()
    # /usr/bin may have the real ones: only what the script itself needs.
    for name in ("bash", "dirname", "cat", "tail", "env"):
        (sandbox.folder / "bin" / name).symlink_to(f"/bin/{name}")

    done = sandbox.run("up", PATH=str(sandbox.folder / "bin"))

    assert done.returncode == 1
    assert done.stderr.startswith(f"{tool}\n  found:    no such program")


def test_a_kubeconfig_without_the_context(sandbox: Sandbox) -> None:
    sandbox.up()
    (sandbox.world / "no-context").touch()
    sandbox.forget()

    done = sandbox.run("up")

    assert done.returncode == 1
    assert "no context kind-kind" in done.stderr
    assert not sandbox.applied()


def test_a_cluster_that_cannot_be_made_leaves_nothing_and_the_next_try_works(sandbox: Sandbox) -> None:
    (sandbox.world / "create-fails").touch()

    done = sandbox.run("up")

    assert done.returncode == 1
    assert "port is already allocated" in done.stderr
    assert "nothing is left of this one" in done.stderr
    assert not [call for call in sandbox.calls() if call.startswith("helm")]
    assert sandbox.calls()[-1].startswith("kind delete cluster --name kind")

    (sandbox.world / "create-fails").unlink()
    sandbox.up()


def test_down_removes_the_cluster_and_keeps_the_key(sandbox: Sandbox) -> None:
    sandbox.up()
    (sandbox.world / "clusters/other").write_text("")
    sandbox.forget()

    done = sandbox.run("down")

    assert done.returncode == 0, done.stderr
    assert [path.name for path in (sandbox.world / "clusters").iterdir()] == ["other"]
    assert sandbox.changes() == [
        f"kind delete cluster --name kind --kubeconfig {sandbox.state / 'kind.kubeconfig'}"
    ]
    left = [path.relative_to(sandbox.state).as_posix() for path in sorted(sandbox.state.rglob("*"))]
    assert left == ["encryption", "encryption/config.yaml"]

    again = sandbox.run("down")
    assert (again.returncode, again.stdout) == (0, "==> no cluster kind: nothing to remove\n")


def test_status_tells_how_far_it_is(sandbox: Sandbox) -> None:
    none = sandbox.run("status")
    assert none.returncode == 1
    assert "no cluster kind: ./bootstrap.sh up makes it" in none.stdout

    sandbox.up()
    assert "not handed over to Argo CD yet" in sandbox.run("status").stdout

    (sandbox.world / "adopted").write_text("root")
    (sandbox.world / "applications").write_text("root OutOfSync Progressing Running\n")
    waiting = sandbox.run("status")
    assert waiting.returncode == 1
    assert "0 ready, not yet: root" in waiting.stdout

    (sandbox.world / "applications").unlink()
    sandbox.forget()
    ready = sandbox.run("status")
    assert ready.returncode == 0, ready.stderr
    routes = read(sandbox.clone / "dist/kind")["ROUTES"].split()
    assert not [route for route in routes if route not in ready.stdout]
    assert not sandbox.changes()


@pytest.mark.parametrize("arguments", [[], ["--dry-run"], ["up", "--dryrun"], ["restart"]])
def test_wrong_usage(sandbox: Sandbox, arguments: list[str]) -> None:
    done = sandbox.run(*arguments)
    assert done.returncode == 2
    assert "usage: ./bootstrap.sh" in done.stderr
    assert not sandbox.calls()


def test_an_unknown_cluster(sandbox: Sandbox) -> None:
    done = sandbox.run("up", "--cluster", "mars")
    assert done.returncode == 1
    assert done.stderr.startswith("dist/mars\n")
    assert not sandbox.calls()


def test_which_of_two_clusters(sandbox: Sandbox) -> None:
    other = sandbox.clone / "dist/second/bootstrap/cluster.env"
    other.parent.mkdir(parents=True)
    other.write_text((sandbox.clone / "dist/kind/bootstrap/cluster.env").read_text())

    assert sandbox.run("status").returncode == 1
    assert not sandbox.calls()
    assert "no cluster kind" in sandbox.run("status", "--cluster", "kind").stdout
