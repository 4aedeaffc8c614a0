"""A small platform with Secrets that share values, and a key pair that all tests share: making one is slow."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from platform_stack.integrations import sealed_secrets
from platform_stack.model.secret import Fixed, Generated, Given, Secret, Template
from platform_stack.secrets.keys import create
from platform_stack.secrets.store import read_store
from platform_stack.secrets.work import Workplace

if TYPE_CHECKING:
    from pathlib import Path

BITS = 2048
OPENER = sealed_secrets.secret_opener()
ACCESS = Generated(what="access key", length=20)
KEY = Generated(what="secret key", length=40)
CLIENT = Given(what="a client's secret", variable="TEST_CLIENT_SECRET")

STORE = Secret(
    name="store",
    namespace="one",
    keys={
        "config": Template(
            what="the store's configuration",
            text='{"user": "${user}", "access": "${access}", "secret": "${secret}", "price": "$$5"}',
            values={"user": Fixed(what="user", value="u.1"), "access": ACCESS, "secret": KEY},
        )
    },
)
READER = Secret(name="reader", namespace="two", keys={"access": ACCESS, "secret": KEY})
ADMIN = Secret(
    name="admin",
    namespace="one",
    keys={"user": Fixed(what="name", value="admin"), "password": Generated(what="password")},
    labels={"find": "me"},
)
LASTING = Secret(
    name="lasting",
    namespace="two",
    keys={
        "password": Generated(what="password", permanent_because="data is lost", variable="TEST_LASTING"),
    },
)
LOGIN = Secret(name="login", namespace="one", keys={"secret": CLIENT})
DECLARED = (STORE, READER, ADMIN, LASTING)


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a config folder and the folder of a cluster with its certificate."""
    folder = tmp_path_factory.mktemp("pair")
    create(folder / "config", read_store(folder / "secrets" / "test", OPENER), "test", BITS)
    return folder


@pytest.fixture
def place(pair: Path, tmp_path: Path) -> Workplace:
    """Return a copy of them that a test may change, and nothing sealed."""
    shutil.copytree(pair, tmp_path / "place")
    return Workplace(
        read_store(tmp_path / "place" / "secrets" / "test", OPENER),
        tmp_path / "place" / "config",
        OPENER,
        DECLARED,
    )


def again(place: Workplace, **changes: object) -> Workplace:
    """Return the workplace as it is on disk now."""
    return replace(place, store=read_store(place.store.folder, OPENER), **changes)  # type: ignore[arg-type]  # its own fields
