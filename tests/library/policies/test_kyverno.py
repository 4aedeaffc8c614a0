"""Snapshots of Kyverno's objects, one YAML file each, and what must hold for each of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from platform_stack import (
    Action,
    Application,
    Cluster,
    Context,
    Namespace,
    Platform,
    PlatformError,
    Policy,
    PolicyException,
    RunTime,
    RuntimeWorkload,
)
from platform_stack.admission import Estate, compiled
from platform_stack.admission.exceptions import Excepted
from platform_stack.integrations.kyverno import (
    Check,
    Generation,
    ImageVerification,
    Match,
    Mutation,
    Publisher,
    Validation,
    policy_engine,
)
from platform_stack.integrations.kyverno.exceptions import matches, policy_exception
from platform_stack.schemas import validate
from platform_stack.typed import ApiObject, to_manifest
from platform_stack.yaml_output import HEADER, to_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syrupy.assertion import SnapshotAssertion

    from platform_stack.integrations.kyverno import KyvernoRule


KIND = Cluster(name="kind", repo_url="https://git.example.test/platform")


class YamlFile(SingleFileSnapshotExtension):
    file_extension = "yaml"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(YamlFile)


VALIDATION = Validation(
    match=Match(
        resources=("pods", "pods/ephemeralcontainers"), conditions={"named": "has(object.metadata.name)"}
    ),
    variables={"pod": "object.spec"},
    checks=(
        Check(expression="!has(variables.pod.hostIPC)", message='it says "IPC"'),
        Check(
            expression="variables.pod.containers.all(c, has(c.image))", message="bad", offenders="['a', 'b']"
        ),
    ),
)


MUTATION = Mutation(match=Match(resources=("apps/v1/deployments",)), expression="Object{}")


GENERATION = Generation(
    match=Match(resources=("namespaces",)),
    variables={"name": "object.metadata.name"},
    templates=(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "a", "namespace": "(( variables.name ))"},
        },
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "b", "namespace": "(( variables.name ))"},
        },
    ),
)


SIGNATURE = ImageVerification(
    publisher=Publisher(
        name="someone",
        images=("ghcr.io/someone/*",),
        issuer="https://issuer.example.test",
        subject_pattern="^https://example\\.test/.+$",
        signatures="ghcr.io/someone/signatures",
    )
)


SCALED = Validation(
    match=Match(resources=("apps/v1/deployments/scale",)), checks=(Check(expression="true", message="x"),)
)


SCALING = Mutation(match=Match(resources=("apps/v1/deployments/scale",)), expression="Object{}")


def policy(rule: KyvernoRule, tenants: Action | None, platform: Action | None) -> Policy:
    return Policy(
        name="asked",
        severity="low",
        protects_from="Something.",
        asks="This.",
        hint="Do that.",
        judges=("Pod spec",),
        rule=rule,
        engine="kyverno",
        tenants=tenants,
        platform=platform,
    )


def made(asked: Policy, *exceptions: PolicyException) -> list[ApiObject]:
    """Return what the policy becomes on a platform of one application; all valid for the API's schema."""
    app = Application(
        name="web",
        namespaces=(Namespace(name="web"),),
        exceptions=exceptions,
        roles=(policy_engine(),),
        run_time=RunTime(
            workloads=lambda _objects, _context: (
                RuntimeWorkload(
                    name="cache",
                    namespace="web",
                    kind="StatefulSet",
                    labels={},
                    ports={},
                    cpu="1m",
                    memory="1Mi",
                ),
            )
        ),
    )
    platform = Platform(applications=(app,), clusters=(KIND,), policies=(asked,))
    return objects(platform)


def objects(platform: Platform) -> list[ApiObject]:
    """Return what a platform's policies become; all valid for the API's schema."""
    found = [item for _, item, _ in compiled(Estate(Context(platform, KIND), {"web": []}))]
    made = [item for item in found if isinstance(item, ApiObject)]
    assert len(made) == len(found)
    for item in made:
        assert validate(to_manifest(item)) == []
    return made


def text(items: Sequence[ApiObject]) -> str:
    return "---\n".join(to_yaml(to_manifest(item)).decode().removeprefix(HEADER) for item in items)


def test_validation_in_both_tiers(snapshot: SnapshotAssertion) -> None:
    assert text(made(policy(VALIDATION, Action.DENY, Action.AUDIT))) == snapshot


def test_validation_everywhere(snapshot: SnapshotAssertion) -> None:
    assert text(made(policy(VALIDATION, Action.DENY, Action.DENY))) == snapshot


def test_mutation(snapshot: SnapshotAssertion) -> None:
    assert text(made(policy(MUTATION, Action.MUTATE, None))) == snapshot


def test_generation(snapshot: SnapshotAssertion) -> None:
    assert text(made(policy(GENERATION, Action.GENERATE, None))) == snapshot


def test_image_verification(snapshot: SnapshotAssertion) -> None:
    assert text(made(policy(SIGNATURE, Action.DENY, Action.AUDIT))) == snapshot


def test_exception(snapshot: SnapshotAssertion) -> None:
    exception = PolicyException(
        policy="asked", kind="StatefulSet", name="cache", because="it needs it", owner="somebody"
    )
    items = made(policy(VALIDATION, Action.DENY, Action.AUDIT), exception)
    assert text(items[:1]) == snapshot
    assert [item.kind for item in items[1:]] == ["ValidatingPolicy"] * 4


@pytest.mark.parametrize("kind", ["CronJob", "DaemonSet", "Deployment", "Pod"])
def test_exception_covers_the_object_and_its_pods(kind: str, snapshot: SnapshotAssertion) -> None:
    assert matches(kind, "web.v1", "apps") == snapshot


def test_exceptions_lie_where_the_engine_looks_for_them() -> None:
    declared = PolicyException(policy="asked", kind="Service", name="web", because="b", owner="o")
    web = Application(
        name="web",
        namespaces=(Namespace(name="web"),),
        exceptions=(declared,),
        roles=(policy_engine(exceptions_in="kyverno-exceptions"),),
    )
    platform = Platform(
        applications=(web,), clusters=(KIND,), policies=(policy(VALIDATION, Action.DENY, Action.DENY),)
    )
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "web"}}
    exception, *_ = (item for _, item, _ in compiled(Estate(Context(platform, KIND), {"web": [service]})))
    assert isinstance(exception, ApiObject)
    manifest: Any = to_manifest(exception)
    assert (manifest["kind"], manifest["metadata"]["namespace"]) == ("PolicyException", "kyverno-exceptions")


def test_exception_of_a_cluster_scoped_object() -> None:
    exception = PolicyException(policy="asked", kind="Namespace", name="Odd:Name", because="b", owner="o")
    app = Application(name="web", namespaces=(Namespace(name="web"),))
    item = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "Odd:Name"}}
    manifest: Any = to_manifest(
        policy_exception(
            Excepted(exception, app.name, app.tier, item), "ValidatingPolicy", ["asked"], "engine"
        )
    )
    assert manifest["metadata"]["name"] == "asked.namespace.odd-name"
    assert manifest["metadata"]["namespace"] == "engine"
    assert "metadata.namespace" not in manifest["spec"]["matchConditions"][0]["expression"]


def test_what_is_denied_fails_closed_and_what_is_audited_open() -> None:
    for item in made(policy(VALIDATION, Action.DENY, Action.AUDIT)):
        manifest: Any = to_manifest(item)
        expected = {"Deny": "Fail", "Audit": "Ignore"}[manifest["spec"]["validationActions"][0]]
        assert manifest["spec"]["failurePolicy"] == expected


def test_ephemeral_containers_are_asked_the_same() -> None:
    """The CLI cannot ask about a subresource: the cases of the one policy must stand for the other."""
    both: Any = [to_manifest(item)["spec"] for item in made(policy(VALIDATION, Action.DENY, Action.DENY))]
    assert [spec["matchConstraints"]["resourceRules"][0]["resources"] for spec in both] == [
        ["pods"],
        ["pods/ephemeralcontainers"],
    ]
    for field in ("validations", "variables", "matchConditions", "validationActions", "failurePolicy"):
        assert both[0][field] == both[1][field]


@pytest.mark.parametrize(
    ("rule", "action"),
    [
        (VALIDATION, Action.MUTATE),
        (MUTATION, Action.DENY),
        (GENERATION, Action.AUDIT),
        (SIGNATURE, Action.GENERATE),
    ],
)
def test_an_action_that_the_rule_cannot_take_is_refused(rule: KyvernoRule, action: Action) -> None:
    with pytest.raises(
        PlatformError, match=re.escape(f"action of a {type(rule).__name__}\n  found:    {action.value}")
    ):
        made(policy(rule, action, None))


@pytest.mark.parametrize(
    "images", [(), ("*",), ("",), ("*/*",), ("quay.io/*",), ("quay*/cilium/*",), ("cilium/*",)]
)
def test_a_publisher_of_everything_is_refused(images: tuple[str, ...]) -> None:
    with pytest.raises(PlatformError, match="publisher 'all': images"):
        Publisher(name="all", images=images, issuer="https://issuer.example.test", subject="x")


@pytest.mark.parametrize("more", [{}, {"subject": "a", "subject_pattern": "^a$"}, {"subject_pattern": "a"}])
def test_a_publisher_is_one_identity(more: dict[str, str]) -> None:
    with pytest.raises(PlatformError, match="publisher 'one': subject"):
        Publisher(name="one", images=("ghcr.io/one/*",), issuer="https://issuer.example.test", **more)


def test_nothing_that_looks_at_a_subresource_is_scanned_in_the_background() -> None:
    """Such a policy is never `ready`: the reports controller cannot list a subresource."""
    looked_at = 0
    for item in (
        *made(policy(SCALED, Action.AUDIT, None)),
        *made(policy(SCALING, Action.MUTATE, None)),
    ):
        spec: Any = to_manifest(item)["spec"]
        rules = spec["matchConstraints"]["resourceRules"]
        if any("/" in name for rule in rules for name in rule["resources"]):
            looked_at += 1
            assert spec["evaluation"]["background"]["enabled"] is False
        elif item.kind == "ValidatingPolicy":
            assert spec["evaluation"]["background"]["enabled"] is True
    assert looked_at
