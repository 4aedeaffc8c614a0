"""Reading what lies sealed in the repository; a damaged file is named, and its content is not."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from platform_stack.errors import PlatformError
from platform_stack.secrets.store import CERTIFICATE, read_store
from platform_stack.secrets.work import seal_missing

from .conftest import OPENER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from platform_stack.secrets.work import Workplace


def test_a_folder_that_is_missing_is_empty(tmp_path: Path) -> None:
    store = read_store(tmp_path / "none", OPENER)
    assert (store.certificate, store.fingerprint, store.sealed) == (None, "", {})


def test_the_fingerprint_is_that_of_openssl(place: Workplace) -> None:
    path = str(place.store.folder / CERTIFICATE)
    command = ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", path]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.strip().partition("=")[2].replace(":", "").lower() == place.store.fingerprint


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda text: re.sub("(password: .{40}).*", r"\1", text), "password: a damaged value"),
        (lambda text: re.sub("password: .*", "password: hush", text), "password: a damaged value"),
        (lambda text: text.replace("encryptedData", "encryptedDate"), "a part of one"),
        (lambda text: text.replace("kind: SealedSecret", "kind: ConfigMap"), "another object"),
        (lambda text: text.replace("name: admin", "name: other"), "the SealedSecret one/other"),
        (lambda text: text.replace("name: admin", "name: [hush]"), "another object"),
        (lambda _text: "kind: Secret\nstringData:\n  key: hush\n", "a Secret that is not sealed"),
        (lambda _text: "hush: [", "no YAML"),
        (lambda _text: "hush\0", "no YAML"),
        (lambda _text: "-----BEGIN PRIVATE KEY-----\nhush", "a private key"),
        (lambda _text: "-----BEGIN RSA PRIVATE KEY-----\nhush", "a private key"),
        (lambda _text: "hush", "a part of one"),
        (lambda _text: "", "a part of one"),
    ],
)
def test_a_corrupt_sealed_secret(place: Workplace, change: Callable[[str], str], found: str) -> None:
    seal_missing(place)
    path = place.store.folder / "one.admin.yaml"
    path.write_text(change(path.read_text()))
    with pytest.raises(PlatformError) as caught:
        read_store(place.store.folder, OPENER)
    assert found in str(caught.value)
    assert "one.admin.yaml" in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff", b"-----BEGIN CERTIFICATE-----\nAA\n"])
def test_a_certificate_that_is_none(place: Workplace, content: bytes) -> None:
    (place.store.folder / CERTIFICATE).write_bytes(content)
    with pytest.raises(PlatformError, match="no certificate"):
        read_store(place.store.folder, OPENER)


def test_other_files_and_folders_stay(place: Workplace) -> None:
    (place.store.folder / "README.md").write_text("ours")
    (place.store.folder / "more").mkdir()
    (place.store.folder / "more" / "notes").write_text("ours")
    seal_missing(place)
    assert (place.store.folder / "README.md").read_text() == "ours"
    assert (place.store.folder / "more" / "notes").read_text() == "ours"
