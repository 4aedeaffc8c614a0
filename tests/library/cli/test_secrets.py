"""`platform-stack secrets` as a user runs it."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import pty
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from platform_stack.integrations import sealed_secrets
from platform_stack.secrets.keys import create
from platform_stack.secrets.store import CERTIFICATE, read_store
from tests.commands import run

if TYPE_CHECKING:
    from pathlib import Path

GIVEN = "given-by-a-person-0123456789"

DESCRIPTION = """
from platform_stack import Application, Cluster, Fixed, Generated, Given, Namespace, Platform, Secret
from platform_stack.integrations import sealed_secrets

opener = Application(
    name="opener", namespaces=(Namespace(name="opener"),), provides=("bitnami.com/SealedSecret",),
    roles=(sealed_secrets.secret_opener(),),
)
shared = Generated(what="a shared key")
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    depends_on=(opener,),
    secrets=(
        Secret(name="admin", namespace="web", keys={"user": Fixed(what="name", value="admin"), "key": shared}),
        Secret(name="client", namespace="web", keys={"key": shared}),
        Secret(name="login", namespace="web", keys={"secret": Given(what="a client's secret", variable="WEB_LOGIN")}),
    ),
)
cluster = Cluster(name="one", repo_url="https://git.example.test/p")
PLATFORM = Platform(applications=(opener, web), clusters=(cluster,))
"""


class Repository:
    """A folder with a platform, and a config folder beside it; remembers all that commands printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        self.config = folder / "config"
        self.printed = ""
        (self.folder / "apps").mkdir(parents=True)
        (self.folder / "apps" / "__main__.py").write_text(DESCRIPTION)
        self.sealed = self.folder / "apps" / "secrets" / "one"

    def run(self, *arguments: str, given: str = GIVEN) -> subprocess.CompletedProcess[str]:
        environment = {"PLATFORM_STACK_CONFIG": str(self.config), "WEB_LOGIN": given}
        done = run(self.folder, *arguments, environment=environment)
        self.printed += done.stdout + done.stderr
        return done

    def secrets(self, *arguments: str, given: str = GIVEN) -> subprocess.CompletedProcess[str]:
        return self.run("secrets", *arguments, given=given)

    def fails(self, *arguments: str, code: int = 1) -> str:
        """Run a command that must fail, change nothing, and say so in at most one message without a traceback."""
        before = tree(self.folder / "apps"), tree(self.config)
        done = self.secrets(*arguments)
        assert done.returncode == code, done.stdout + done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        if code == 1:
            assert done.stderr.count("found:") == 1, done.stderr
        assert (tree(self.folder / "apps"), tree(self.config)) == before
        return done.stderr

    @property
    def key(self) -> Path:
        (path,) = (self.config / "sealing-keys").glob("*.key")
        return path


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repository = Repository(tmp_path_factory.mktemp("pair"))
    create(repository.config, read_store(repository.sealed, sealed_secrets.secret_opener()), "one", 2048)
    return repository


@pytest.fixture
def repository(pair: Repository, tmp_path: Path) -> Repository:
    """Return a repository with a key pair, and nothing sealed."""
    made = Repository(tmp_path)
    shutil.copytree(pair.sealed, made.sealed)
    shutil.copytree(pair.config, made.config)
    return made


def values(repository: Repository, name: str) -> dict[str, str]:
    done = run(
        repository.folder,
        *("secrets", "show", name, "--force"),
        environment={"PLATFORM_STACK_CONFIG": str(repository.config)},
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


def test_init_makes_a_pair_once_and_for_its_owner_only(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    done = repository.secrets("init")
    assert done.returncode == 0, done.stderr
    assert str(repository.key) in done.stdout
    assert stat.S_IMODE(repository.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(repository.key.parent.stat().st_mode) == 0o700
    assert not repository.key.is_relative_to(repository.folder)
    assert os.listdir(repository.sealed) == [CERTIFICATE]
    message = repository.fails("init")
    assert "and its key at" in message
    assert "never overwritten" in message
    repository.key.unlink()
    assert "but not its key at" in repository.fails("init")


def test_the_whole_way(repository: Repository) -> None:
    states = json.loads(repository.secrets("list", "--json").stdout)
    assert [row["state"] for row in states] == ["not sealed"] * 3
    waiting = repository.run("check").stderr
    assert "web waits for Secret web/admin" in waiting
    assert repository.run("synth").returncode == 0
    readme = repository.folder / "dist" / "one" / "README.md"
    assert "3 of 3 are not sealed yet" in readme.read_text()

    assert json.loads(repository.secrets("seal", "--json").stdout) == ["web/admin", "web/client", "web/login"]
    assert values(repository, "admin")["user"] == "admin"
    assert values(repository, "admin")["key"] == values(repository, "web/client")["key"]
    assert values(repository, "login") == {"secret": GIVEN}
    assert repository.secrets("seal").stdout == "everything is sealed\n"
    repository.run("synth")
    copied = repository.folder / "dist" / "one" / "apps" / "web" / "manifests" / "SealedSecret.admin.yaml"
    item = yaml.safe_load(copied.read_text())
    source = yaml.safe_load((repository.sealed / "web.admin.yaml").read_text())
    assert item["spec"] == source["spec"]
    assert item["metadata"]["annotations"].pop("argocd.argoproj.io/sync-wave") == "-35"
    assert item == source
    project = yaml.safe_load((repository.folder / "dist/one/root/AppProject.web.yaml").read_text())
    assert {"group": "bitnami.com", "kind": "SealedSecret"} in project["spec"]["namespaceResourceWhitelist"]
    assert "not sealed" not in readme.read_text()
    first = copied.read_bytes()
    assert repository.run("synth", "--check").returncode == 0

    before = values(repository, "client")
    assert repository.secrets("rotate", "admin").stdout.startswith("rotated web/admin\nrotated web/client\n")
    assert values(repository, "client") != before
    assert repository.run("synth", "--check").returncode == 1
    repository.run("synth")
    assert copied.read_bytes() != first
    assert repository.run("check").returncode == 0


def test_no_value_is_printed_or_written_in_the_clear(repository: Repository) -> None:
    """Every command, also those that fail, over several generations of values."""
    secret: set[str] = {GIVEN}
    for _ in range(2):
        for command in (["seal"], ["rotate", "client"], ["list"], ["list", "--json"]):
            repository.secrets(*command)
            secret |= {values(repository, name)["key"] for name in ("admin", "client")}
    for command in (["synth"], ["synth", "--json"], ["check"], ["check", "--json"], ["synth", "--check"]):
        repository.run(*command)
    repository.secrets("show", "admin")
    repository.secrets("show", "admin", "--from-cluster")
    for path in (repository.sealed / "web.client.yaml", repository.sealed / "web.admin.yaml"):
        path.write_text(path.read_text().replace("AAAA", "AAAB").replace("A", "B", 40))
        for command in (["list"], ["seal"], ["show", "client", "--force"], ["rotate", "admin"]):
            repository.secrets(*command)
    repository.secrets("seal", given='with a "quote"')
    private = repository.key.read_text().splitlines()[1:-1]
    assert len(secret) > 3
    assert all(len(one) >= 20 for one in secret)
    encoded = {base64.b64encode(one.encode()).decode() for one in secret}
    everything = "".join(
        [repository.printed, *(b.decode(errors="replace") for b in tree(repository.folder).values())]
    )
    assert "SealedSecret" in everything
    assert [one for one in (*secret, *encoded, *private) if one in everything] == []


def test_the_private_key_goes_to_a_pipe_as_the_controllers_secret(repository: Repository) -> None:
    path = repository.folder / "apps" / "__main__.py"
    chart = 'Chart(repository="https://charts.example.test", name="sealed-secrets", version="1.0.0")'
    path.write_text(
        DESCRIPTION.replace("provides=", f"charts=({chart},), provides=").replace(
            "Application, Cluster", "Application, Chart, Cluster"
        )
    )
    done = repository.secrets("key", "--cluster", "one")
    item = json.loads(done.stdout)
    assert item["metadata"]["namespace"] == "opener"
    assert item["metadata"]["labels"] == {"sealedsecrets.bitnami.com/sealed-secrets-key": "active"}
    assert item["type"] == "kubernetes.io/tls"
    assert base64.b64decode(item["data"]["tls.key"]) == repository.key.read_bytes()
    assert base64.b64decode(item["data"]["tls.crt"]) == (repository.sealed / CERTIFICATE).read_bytes()


@pytest.mark.parametrize("command", [["key"], ["key", "--force"], ["show", "admin"]])
def test_on_a_terminal(repository: Repository, command: list[str]) -> None:
    repository.secrets("seal")
    parent, child = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "platform_stack", "secrets", *command],
        cwd=repository.folder,
        env={**os.environ, "PLATFORM_STACK_CONFIG": str(repository.config)},
        stdin=subprocess.DEVNULL,
        stdout=child,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(child)
    try:
        printed = os.read(parent, 1 << 16).decode()
    except OSError:  # what Linux says when nothing was printed
        printed = ""
    os.close(parent)
    if command == ["key"]:
        assert (printed, done.returncode) == ("", 1)
        assert "a pipe" in done.stderr
    elif command[0] == "show":
        assert values(repository, "admin")["key"] in printed
    else:
        assert '"namespace": "opener"' in printed


def test_show_is_for_terminals(repository: Repository) -> None:
    repository.secrets("seal")
    assert "no terminal" in repository.fails("show", "admin")
    assert "unknown: 'kye'; did you mean 'key'?" in repository.fails("show", "admin", "--only", "kye", code=2)


def test_show_asks_the_cluster(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = tmp_path / "commands"
    commands.mkdir()
    monkeypatch.setenv("PATH", str(commands))
    assert "no command kubectl" in repository.fails("show", "admin", "--from-cluster", "--force")
    kubectl = commands / "kubectl"
    kubectl.write_text('#!/bin/sh\necho "{\\"data\\": {\\"key\\": \\"aGVsbG8=\\"}}"\n')
    kubectl.chmod(0o755)
    done = repository.secrets("show", "admin", "--from-cluster", "--force", "--only", "key")
    assert done.stdout == "hello"
    kubectl.write_text('#!/bin/sh\necho "secrets \\"admin\\" not found" >&2\nexit 1\n')
    assert "not found" in repository.fails("show", "admin", "--from-cluster", "--force")


# -- bad input ---------------------------------------------------------------------------------------------


def test_nobody_declares_that_name(repository: Repository) -> None:
    for command in ("seal", "rotate", "show"):
        message = repository.fails(command, "clinet", code=2)
        assert "unknown: 'clinet'; did you mean 'client'?" in message


def test_no_such_cluster(repository: Repository) -> None:
    assert "did you mean 'one'?" in repository.fails("seal", "--cluster", "onee", code=2)


def test_rotate_wants_names_or_all(repository: Repository) -> None:
    assert "or --all" in repository.fails("rotate", code=2)


def test_no_certificate(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    assert "platform-stack secrets init --cluster one" in repository.fails("seal")


def test_an_expired_certificate(repository: Repository) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (repository.sealed / CERTIFICATE).write_bytes(certificate(key, days=-1))
    message = repository.fails("seal")
    assert "expired on" in message
    assert "platform-stack secrets init" in message


def test_a_key_that_does_not_fit_the_certificate(repository: Repository) -> None:
    repository.secrets("seal")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    repository.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for command in (["list"], ["key"]):
        assert "the key of another certificate" in repository.fails(*command)


@pytest.mark.parametrize(
    "content", ["", "no key\n", "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n"]
)
def test_an_unreadable_key_file(repository: Repository, content: str) -> None:
    repository.secrets("seal")
    repository.key.write_text(content)
    message = repository.fails("show", "admin", "--force")
    assert "no RSA key that can be read" in message
    assert "hush" not in message


def test_a_key_file_that_is_a_folder(repository: Repository) -> None:
    repository.secrets("seal")
    path = repository.key
    path.unlink()
    path.mkdir()
    assert "Is a directory" in repository.fails("show", "admin", "--force")


def test_no_key(repository: Repository) -> None:
    repository.secrets("seal")
    repository.key.unlink()
    assert "lose-the-sealing-key.md" in repository.fails("show", "admin", "--force")


def test_a_key_file_that_others_may_read(repository: Repository) -> None:
    repository.secrets("seal")
    repository.key.chmod(0o644)
    message = repository.fails("show", "admin", "--force")
    assert "mode 644" in message
    assert f"chmod 600 {repository.key}" in message


def test_a_config_folder_that_cannot_be_written(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.config.mkdir()
    (repository.config / "sealing-keys").write_text("a file, which root cannot write into either")
    assert "PLATFORM_STACK_CONFIG" in repository.fails("init")
    assert not repository.sealed.exists()


def test_a_config_folder_inside_the_repository(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    assert "inside the repository" in repository.fails("init", "--config", "apps/keys")


def test_a_repository_that_cannot_be_written_leaves_no_key(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.sealed.parent.write_text("a file")
    repository.fails("init")
    assert list((repository.config / "sealing-keys").iterdir()) == []


def test_a_corrupt_sealed_secret(repository: Repository) -> None:
    repository.secrets("seal")
    path = repository.sealed / "web.admin.yaml"
    path.write_text(path.read_text()[:-300])
    for command in (["seal"], ["list"], ["rotate", "client"]):
        assert "web.admin.yaml" in repository.fails(*command)
    assert repository.run("synth").returncode == 1
    assert not (repository.folder / "dist").exists()


def test_sealed_for_another_key_is_a_finding(repository: Repository) -> None:
    repository.secrets("seal")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (repository.sealed / CERTIFICATE).write_bytes(certificate(key, days=100))
    (repository.sealed / "web.old.yaml").write_text(
        (repository.sealed / "web.admin.yaml").read_text().replace("name: admin", "name: old")
    )
    states = {row["secret"]: row["state"] for row in json.loads(repository.secrets("list", "--json").stdout)}
    assert states == {
        "web/admin": "sealed for another key",
        "web/client": "sealed for another key",
        "web/login": "sealed for another key",
        "web/old": "nobody needs it",
    }
    found = json.loads(repository.run("check", "--json").stdout)
    assert len(found) == 4


def certificate(key: rsa.RSAPrivateKey, *, days: int) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=key.public_key(),
            serial_number=1,
            not_valid_before=now - dt.timedelta(days=10),
            not_valid_after=now + dt.timedelta(days=days),
        )
        .sign(key, SHA256())
        .public_bytes(Encoding.PEM)
    )


def test_a_platform_that_seals_nothing_is_asked_for_nothing(tmp_path: Path) -> None:
    """Secrets may be made by somebody else: then nobody opens any, and a folder of keys is nobody's business."""
    repository = Repository(tmp_path)
    description = repository.folder / "apps" / "__main__.py"
    description.write_text(
        "from platform_stack import Application, Cluster, Namespace, Platform\n"
        "web = Application(name='web', namespaces=(Namespace(name='web'),))\n"
        "PLATFORM = Platform(applications=(web,), clusters=(Cluster(name='one', repo_url='https://git.test/p'),))\n"
    )
    for command in ("synth", "check"):
        done = repository.run(command)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "ecret" not in (repository.folder / "dist" / "one" / "README.md").read_text()
    for command in ("init", "seal", "list"):
        assert "SecretOpener" in repository.fails(command)
