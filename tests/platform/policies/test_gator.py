"""What only Gatekeeper's own engine can say: gator, at the version of the chart."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from platform_stack import Action, Application, Cluster, Context, Namespace, Platform, Policy, PolicyException
from platform_stack.admission import Estate
from platform_stack.admission import compiled as admission
from platform_stack.integrations.gatekeeper import Constraint, policy_engine
from platform_stack.typed import ApiObject, to_manifest
from tests.described import made

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.policies

GATOR = Path(__file__).parents[3] / "build" / "policies" / "gator"
CLUSTER = Cluster(name="kind", repo_url="https://git.example.test/platform")
SERVICES = [
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "web"},
        "spec": {"type": "NodePort"},
    }
    for name in ("excepted", "other")
]
CEL = Constraint(kind="Cel", match=("/Service",), cel=(('object.spec.type == "ClusterIP"', '"it is open."'),))
REGO = Constraint(
    kind="Rego",
    match=("/Service",),
    rego='refused contains "it is open." if reviewed.spec.type == "NodePort"',
)


def gator(folder: Path, *arguments: str, items: Iterable[Any]) -> subprocess.CompletedProcess[str]:
    file = folder / "objects.yaml"
    file.write_text("\n---\n".join(json.dumps(item) for item in items))
    return subprocess.run([GATOR, *arguments, file], capture_output=True, text=True, check=False)


def violations(folder: Path, items: Iterable[Any]) -> list[tuple[str, str, str]]:
    done = gator(folder, "test", "-o", "json", "-f", items=items)
    assert done.stderr == ""
    return [
        (found["constraint"]["metadata"]["name"], found["violatingObject"]["metadata"]["name"], found["msg"])
        for found in json.loads(done.stdout) or ()
    ]


def compiled(rule: Constraint) -> list[Any]:
    asked = Policy(
        name="p",
        engine="gatekeeper",
        severity="high",
        protects_from="Something bad.",
        asks="Something good.",
        hint="Do it so.",
        judges=("Service spec.type",),
        rule=rule,
        tenants=Action.DENY,
        platform=Action.DENY,
    )
    exception = PolicyException(
        policy="p", kind="Service", name="excepted", because="it is the way in", owner="us"
    )
    web = Application(
        name="web", namespaces=(Namespace(name="web"),), exceptions=(exception,), roles=(policy_engine(),)
    )
    platform = Platform(applications=(web,), clusters=(CLUSTER,), policies=(asked,))
    estate = Estate(Context(platform, CLUSTER), {"web": SERVICES})
    return [to_manifest(item) if isinstance(item, ApiObject) else item for _, item, _ in admission(estate)]


@pytest.mark.parametrize("rule", [CEL, REGO], ids=["cel", "rego"])
def test_an_excepted_object_passes_and_the_one_beside_it_gets_the_hint(
    rule: Constraint, tmp_path: Path
) -> None:
    found = violations(tmp_path, [*compiled(rule), *SERVICES])
    assert found == [("p", "other", "it is open. Do it so.")]


def test_rego_that_does_not_compile_names_the_template_and_the_mistake(tmp_path: Path) -> None:
    broken = dataclasses.replace(REGO, rego='refused contains "it is open." if undeclared(reviewed)')
    done = gator(tmp_path, "test", "-f", items=[*compiled(broken), *SERVICES])
    assert done.returncode != 0
    assert 'adding template "rego"' in done.stderr
    assert "undeclared" in done.stderr


def test_cel_that_does_not_compile_refuses_everything_and_says_why(tmp_path: Path) -> None:
    """Gatekeeper takes the template all the same: only an object that should pass shows the mistake."""
    broken = dataclasses.replace(CEL, cel=(("object.spec.type ==", '"it is open."'),))
    fine = {**SERVICES[1], "spec": {"type": "ClusterIP"}}
    ((policy, name, message),) = violations(tmp_path, [*compiled(broken), fine])
    assert (policy, name) == ("p", "other")
    assert "compilation error" in message
    assert "Syntax error" in message


def test_cel_that_fails_refuses_too(tmp_path: Path) -> None:
    failing = dataclasses.replace(CEL, cel=(('object.spec.typo == "ClusterIP"', '"it is open."'),))
    ((_, name, message),) = violations(tmp_path, [*compiled(failing), SERVICES[1]])
    assert name == "other"
    assert "no such key: typo" in message


def from_dist() -> list[Any]:
    return [
        item
        for items in made().objects.values()
        for item in items
        if item["kind"] in ("ConstraintTemplate", "SyncSet")
    ]


def test_the_sync_set_has_all_that_templates_compare_with(tmp_path: Path) -> None:
    done = gator(tmp_path, "sync", "test", "--force-omit-gvk-manifest", "-n", items=from_dist())
    assert (done.returncode, done.stderr) == (0, "")


def test_a_sync_set_that_lacks_a_kind_is_found(tmp_path: Path) -> None:
    items = from_dist()
    (synced,) = [item for item in items if item["kind"] == "SyncSet"]
    for missing in synced["spec"]["gvks"]:
        left = [one for one in synced["spec"]["gvks"] if one is not missing]
        others = [item for item in items if item is not synced]
        done = gator(
            tmp_path,
            *("sync", "test", "--force-omit-gvk-manifest", "-n"),
            items=[*others, {**synced, "spec": {"gvks": left}}],
        )
        assert done.returncode != 0
        assert f"{missing['group']}/{missing['version']}:{missing['kind']}" in done.stdout + done.stderr


@pytest.mark.parametrize("profile", ["laptop", "ha"])
def test_no_object_of_the_platform_breaks_a_constraint(profile: Any, tmp_path: Path) -> None:  # noqa: ANN401  a literal
    items = [item for of_member in made(profile).objects.values() for item in of_member]
    namespaces = [item for item in items if item["kind"] == "Namespace"]
    default = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}
    assert violations(tmp_path, [*items, default]) == []
    unowned = [{**namespaces[0], "metadata": {"name": "nobody-s"}}]
    assert [name for _, name, _ in violations(tmp_path, [*items, *unowned])] == ["nobody-s", "nobody-s"]
