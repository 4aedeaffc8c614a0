"""The real kubeseal opens what was sealed here, seals what is opened here, and refuses what was moved."""

from __future__ import annotations

import base64
import json
import subprocess

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.__main__ import PLATFORM
from platform_stack.integrations.sealed_secrets.sealing import seal, unseal
from platform_stack.secrets.keys import create, key_at_hand, key_path
from platform_stack.secrets.store import CERTIFICATE, read_store
from platform_stack.secrets.work import Workplace, seal_missing, unlock
from tests.lab.engines import SEALED_SECRETS

pytestmark = pytest.mark.kubeseal


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Return the whole platform of apps/, sealed with a key of the size that users get."""
    folder = tmp_path_factory.mktemp("sealed")
    assert PLATFORM.opener
    opener = PLATFORM.opener.role
    store = read_store(folder / "secrets", opener)
    create(folder / "config", store, "kind")
    declared = tuple(secret for member in PLATFORM.members for secret in member.secrets)
    seal_missing(Workplace(read_store(store.folder, opener), folder / "config", opener, declared))
    return Workplace(read_store(store.folder, opener), folder / "config", opener, declared)


def kubeseal(*arguments: str, stdin: str) -> subprocess.CompletedProcess[str]:
    program = str(SEALED_SECRETS.program("kubeseal"))
    return subprocess.run([program, *arguments], input=stdin, capture_output=True, text=True, check=False)


def recover(place: Workplace, item: object) -> subprocess.CompletedProcess[str]:
    key = key_path(place.config, place.store.fingerprint)
    return kubeseal("--recovery-unseal", f"--recovery-private-key={key}", stdin=json.dumps(item))


def test_it_opens_every_secret_of_the_platform(sealed: Workplace) -> None:
    assert sealed.store.sealed.keys() == {secret.full_name for secret in sealed.declared}
    for secret in sealed.declared:
        one = sealed.store.sealed[secret.full_name]
        done = kubeseal(
            "--recovery-unseal",
            f"--recovery-private-key={key_path(sealed.config, sealed.store.fingerprint)}",
            stdin=one.path.read_text(),
        )
        assert done.returncode == 0, done.stderr
        item = json.loads(done.stdout)
        found = {key: base64.b64decode(value) for key, value in item["data"].items()}
        assert found == unlock(sealed, one)
        assert found.keys() == secret.keys.keys()
        assert item["metadata"].get("labels", {}) == dict(secret.labels)
        assert f"{item['metadata']['namespace']}/{item['metadata']['name']}" == secret.full_name


@pytest.mark.parametrize("field", ["name", "namespace"])
def test_it_refuses_what_was_moved(sealed: Workplace, field: str) -> None:
    item = yaml.safe_load(next(iter(sealed.store.sealed.values())).path.read_text())
    item["metadata"][field] += "-moved"
    item["spec"]["template"]["metadata"][field] += "-moved"
    done = recover(sealed, item)
    assert done.returncode != 0
    assert "no key could decrypt" in done.stderr


def test_it_seals_what_is_opened_here(sealed: Workplace) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "theirs", "namespace": "web"},
        "data": {"key": base64.b64encode(b"their value").decode()},
    }
    certificate = sealed.store.folder / CERTIFICATE
    done = kubeseal(f"--cert={certificate}", "--format=json", stdin=json.dumps(secret))
    assert done.returncode == 0, done.stderr
    key = key_at_hand(sealed.config, sealed.store.fingerprint)
    assert (
        unseal(key, "web/theirs", json.loads(done.stdout)["spec"]["encryptedData"]["key"]) == b"their value"
    )


@settings(max_examples=25, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(value=st.binary(max_size=3000), name=st.from_regex(r"[a-z][a-z0-9.-]{0,50}[a-z]", fullmatch=True))
def test_random_values_under_random_names(sealed: Workplace, value: bytes, name: str) -> None:
    key = key_at_hand(sealed.config, sealed.store.fingerprint)
    sealed_value = seal(key.public_key(), f"web/{name}", value)
    item = {
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"name": name, "namespace": "web"},
        "spec": {
            "encryptedData": {"key": sealed_value},
            "template": {"metadata": {"name": name, "namespace": "web"}},
        },
    }
    done = recover(sealed, item)
    assert done.returncode == 0, done.stderr
    assert base64.b64decode(json.loads(done.stdout)["data"].get("key") or "") == value
