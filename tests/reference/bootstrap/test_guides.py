"""What the guides for bad days tell people to type: it must parse, and name what the platform has."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from apps.__main__ import PLATFORM
from tests.described import made

from .conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDES = ("bootstrap", "break-glass", "restore")
MADE_AT_RUN_TIME = {("secret", "argocd-initial-admin-secret"), ("restore", "first")}
NAMED = re.compile(
    r"\b(statefulset|deployment|service|secret|application|backupstoragelocation|restore|"
    r"(?:mutating|validating)webhookconfiguration)[ /](?!namespace\b)([a-z][a-z0-9-]+)"
)


def shell(guide: str) -> str:
    text = (ROOT / "docs/guides" / f"{guide}.md").read_text()
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def objects() -> set[tuple[str, str]]:
    """Return (kind in lower case, name) of everything in the first cluster."""
    found = {
        (item["kind"].lower(), item["metadata"]["name"])
        for items in made().objects.values()
        for item in items
    }
    return found | {("application", member.name) for member in PLATFORM.members}


def names(guide: str) -> Iterator[tuple[str, str]]:
    for line in shell(guide).splitlines():
        for kind, name in NAMED.findall(line.partition(" #")[0]):
            yield kind, name
        for kind, name in re.findall(r"(\w+webhookconfiguration),\w+ ([\w-]+)", line):
            yield kind, name


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_name_what_is_there(guide: str, objects: set[tuple[str, str]]) -> None:
    assert set(names(guide)) - MADE_AT_RUN_TIME <= objects


def test_the_commands_name_something() -> None:
    found = set(names("break-glass"))
    assert ("statefulset", "argocd-application-controller") in found
    assert ("validatingwebhookconfiguration", "gatekeeper-validating-webhook-configuration") in found


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_parse(guide: str) -> None:
    subprocess.run(["bash", "-n"], input=shell(guide), text=True, check=True)


@pytest.mark.parametrize("guide", GUIDES)
def test_links_and_files_of_the_repository_exist(guide: str) -> None:
    path = ROOT / "docs/guides" / f"{guide}.md"
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / link).exists(), link
    for file in re.findall(r"(dist/kind/[\w./-]+[\w/])", shell(guide)):
        assert (ROOT / file).exists(), file


def test_the_restore_names_a_schedule_that_there_is() -> None:
    text = (ROOT / "docs/guides/restore.md").read_text()
    (restore,) = [
        yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]
    schedules = yaml.safe_load((ROOT / "dist/kind/apps/velero/values/velero.yaml").read_text())["schedules"]
    assert re.sub(r"-\d{14}$", "", restore["spec"]["backupName"]) in {f"velero-{name}" for name in schedules}
