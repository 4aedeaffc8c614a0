"""bootstrap.sh and what must never be on disk: credentials of the git repository, the sealing key."""

from __future__ import annotations

import base64
import functools
import http.server
import os
import pty
import re
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Sandbox

pytestmark = pytest.mark.bootstrap

TOKEN = "glpat-0123456789-secret"  # noqa: S105  made up
ALLOWED = "Basic " + base64.b64encode(f"robot:{TOKEN}".encode()).decode()


class _Private(http.server.SimpleHTTPRequestHandler):
    """A git repository over HTTP that wants a name and a token."""

    def do_GET(self) -> None:
        if self.headers.get("Authorization") == ALLOWED:
            return super().do_GET()
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()
        return None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        pass


@pytest.fixture
def private(sandbox: Sandbox) -> Iterator[str]:
    """Have dist/ name a private repository; return its URL."""
    handler = functools.partial(_Private, directory=str(sandbox.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/repository.git/.git"
        sandbox.repo_url(url)
        yield url
        server.shutdown()


def repository_secret(sandbox: Sandbox) -> dict[str, str]:
    """Return the data of the Secret that was applied, decoded."""
    (text,) = [each["stdin"] for each in sandbox.applied() if "platform-repository" in each["stdin"]]
    secret = yaml.safe_load(text)
    assert secret["metadata"]["namespace"] == "argocd"
    assert secret["metadata"]["labels"] == {"argocd.argoproj.io/secret-type": "repository"}
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}


def assert_nowhere(sandbox: Sandbox, secret: str, *outputs: str) -> None:
    """Assert that a secret is in no argument, no output, no file and no program's environment but git's."""
    encoded = base64.b64encode(secret.encode()).decode()
    for each in sandbox.log():
        assert secret not in " ".join(each["call"])
        assert encoded not in " ".join(each["call"])
        assert each["secrets"] == [] or each["call"][0] == "git"
    for text in outputs:
        assert secret not in text
        assert encoded not in text
    for path in sandbox.folder.rglob("*"):
        if path.is_file() and path.name != "applied.jsonl":  # the record of what the cluster got
            content = path.read_bytes()
            assert secret.encode() not in content, path
            assert encoded.encode() not in content, path


def test_a_token_of_the_environment_goes_into_the_cluster_only(sandbox: Sandbox, private: str) -> None:
    done = sandbox.run("up", GIT_USERNAME="robot", GIT_TOKEN=TOKEN)

    assert done.returncode == 0, done.stderr
    assert repository_secret(sandbox) == {"url": private, "username": "robot", "password": TOKEN}
    assert_nowhere(sandbox, TOKEN, done.stdout, done.stderr)


def test_a_token_is_asked_for_and_not_shown(sandbox: Sandbox, private: str) -> None:
    main, terminal = pty.openpty()
    os.write(main, f"{TOKEN}\n".encode())
    done = subprocess.run(
        [str(sandbox.clone / "bootstrap.sh"), "up"],
        env=sandbox.environment({"GIT_USERNAME": "robot"}),
        stdin=terminal,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(terminal)
    os.close(main)

    assert done.returncode == 0, done.stderr
    assert f"{private} is private" in done.stderr
    assert repository_secret(sandbox)["password"] == TOKEN
    assert_nowhere(sandbox, TOKEN, done.stdout, done.stderr)


@pytest.mark.usefixtures("private")
@pytest.mark.parametrize(
    ("extra", "message"),
    [({}, "it cannot be read without credentials"), ({"GIT_TOKEN": "wrong"}, "GIT_TOKEN does not open it")],
)
def test_without_the_right_token_nothing_is_made(
    sandbox: Sandbox, extra: dict[str, str], message: str
) -> None:
    files = sandbox.files()

    done = sandbox.run("up", **extra)

    assert done.returncode == 1
    assert message in done.stderr
    assert not sandbox.changes()
    assert sandbox.files() == files


def test_a_dry_run_tells_all_without_credentials(sandbox: Sandbox, private: str) -> None:
    files = sandbox.files()

    done = sandbox.run("up", "--dry-run")

    assert done.returncode == 0, done.stderr
    assert f"{private} cannot be read without credentials: up asks for them" in done.stdout
    assert "the root Application" in done.stdout
    assert not sandbox.changes()
    assert sandbox.files() == files


@pytest.mark.usefixtures("private")
def test_a_credential_that_git_has_stored_is_not_argo_cds(sandbox: Sandbox) -> None:
    helper = f"!printf 'username=robot\\npassword={TOKEN}\\n'; :"
    subprocess.run(
        ["git", "config", "--global", "credential.helper", helper],
        env=sandbox.environment(),
        check=True,
    )
    remembered = subprocess.run(
        ["git", "credential", "fill"],
        env=sandbox.environment(),
        input="protocol=http\nhost=127.0.0.1\n\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert TOKEN in remembered.stdout

    assert "it cannot be read without credentials" in sandbox.run("up").stderr


@pytest.mark.usefixtures("private")
def test_credentials_that_the_cluster_has_are_not_asked_for_again(sandbox: Sandbox) -> None:
    assert sandbox.run("up", GIT_USERNAME="robot", GIT_TOKEN=TOKEN).returncode == 0
    (sandbox.world / "has-credentials").touch()
    sandbox.forget()

    sandbox.up()

    assert not [each for each in sandbox.applied() if "platform-repository" in each["stdin"]]


def test_a_private_key_goes_into_the_cluster_only(sandbox: Sandbox) -> None:
    sandbox.repo_url("git@git.example.test:you/platform.git")
    key = sandbox.folder / "home/id_ed25519"
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n")

    done = sandbox.run("up", GIT_SSH_KEY_FILE=str(key))

    assert done.returncode == 0, done.stderr
    assert repository_secret(sandbox) == {
        "url": "git@git.example.test:you/platform.git",
        "sshPrivateKey": key.read_text(),
    }
    content = key.read_text()
    key.unlink()
    assert_nowhere(sandbox, content, done.stdout, done.stderr)


def test_a_public_repository_needs_no_credentials(sandbox: Sandbox) -> None:
    sandbox.up()
    assert not [each for each in sandbox.applied() if "platform-repository" in each["stdin"]]


def seal(sandbox: Sandbox, program: str) -> None:
    """Give the clone a certificate and a `platform-stack` of its own."""
    certificate = sandbox.clone / "apps/secrets/kind/certificate.pem"
    certificate.parent.mkdir(parents=True)
    certificate.write_text("certificate\n")
    command = sandbox.clone / ".venv/bin/platform-stack"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\n{program}\n")
    command.chmod(0o755)


PRINTS_THE_KEY = """printf '%s\\n' '"kind": "Secret"' '"namespace": "sealed-secrets"' '# the private key'"""


def test_the_sealing_key_goes_into_its_namespace_before_the_root(sandbox: Sandbox) -> None:
    seal(sandbox, f'[ "$*" = "secrets key --cluster kind" ] && {PRINTS_THE_KEY}')

    output = sandbox.up()

    applied = [each["stdin"] or each["words"][-1] for each in sandbox.applied()]
    namespace = "dist/kind/apps/sealed-secrets/manifests/Namespace.sealed-secrets.yaml"
    key = '"kind": "Secret"\n"namespace": "sealed-secrets"\n# the private key\n'
    assert applied.index(namespace) < applied.index(key) < applied.index("dist/kind/bootstrap/root.yaml")
    assert "the private key" not in output
    assert not [
        path for path, text in sandbox.files().items() if b"# the private key" in text and "bin" not in path
    ]


def test_a_namespace_that_argo_cd_has_is_left_alone_when_the_sealing_key_comes_again(
    sandbox: Sandbox,
) -> None:
    seal(sandbox, PRINTS_THE_KEY)
    sandbox.up()
    (sandbox.world / "adopted").write_text("prometheus cilium argocd root sealed-secrets")
    sandbox.forget()

    sandbox.up()

    applied = [each["stdin"] or each["words"][3] for each in sandbox.applied()]
    assert any("# the private key" in each for each in applied)
    assert not [each for each in sandbox.applied() if "Namespace" in " ".join(each["words"])]


def test_a_sealing_key_that_is_no_good_stops_everything_with_its_own_message(sandbox: Sandbox) -> None:
    seal(sandbox, "echo 'the key does not fit the certificate' >&2; exit 1")
    files = sandbox.files()

    done = sandbox.run("up")

    assert (done.returncode, done.stderr) == (1, "the key does not fit the certificate\n")
    assert not sandbox.changes()
    assert sandbox.files() == files


def test_without_a_certificate_it_says_what_will_wait(sandbox: Sandbox) -> None:
    output = sandbox.up()
    assert "secrets are not sealed yet" in output
    assert "prometheus: monitoring/grafana-admin" in output


def redis_secrets(sandbox: Sandbox) -> list[str]:
    """Return the password of each Secret for Argo CD's Redis that was made."""
    made = [yaml.safe_load(each["stdin"]) for each in sandbox.applied() if "argocd-redis" in each["stdin"]]
    for secret in made:
        assert secret["kind"] == "Secret"
        assert secret["metadata"] == {"name": "argocd-redis", "namespace": "argocd"}
        assert list(secret["data"]) == ["auth"]
    return [base64.b64decode(secret["data"]["auth"]).decode() for secret in made]


def test_the_password_of_redis_is_random_and_made_once(sandbox: Sandbox) -> None:
    done = sandbox.run("up")

    assert done.returncode == 0, done.stderr
    (password,) = redis_secrets(sandbox)
    # It goes through a shell's sed, a configuration file and a command line of the charts'.
    assert re.fullmatch("[0-9a-f]{32}", password)
    assert_nowhere(sandbox, password, done.stdout, done.stderr)
    assert sandbox.run("up").returncode == 0
    assert redis_secrets(sandbox) == [password]

    (sandbox.world / "secrets").unlink()
    assert sandbox.run("up").returncode == 0
    assert len(set(redis_secrets(sandbox))) == 2


def test_the_password_of_redis_comes_back_under_an_argo_cd_that_has_lost_it(sandbox: Sandbox) -> None:
    (sandbox.world / "adopted").write_text("prometheus cilium argocd root")
    assert sandbox.run("up").returncode == 0
    assert len(redis_secrets(sandbox)) == 1


def test_a_dry_run_makes_no_password(sandbox: Sandbox) -> None:
    done = sandbox.run("up", "--dry-run")

    assert "kubectl create -f -" in done.stdout
    assert redis_secrets(sandbox) == []
