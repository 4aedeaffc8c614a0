"""The compiler of Gatekeeper's objects: from policies to templates, constraints and what they compare with."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from platform_stack import (
    Action,
    Application,
    Cluster,
    Context,
    Finding,
    Namespace,
    Platform,
    PlatformError,
    Policy,
    PolicyException,
    SyncWave,
)
from platform_stack.admission import Estate
from platform_stack.admission import compiled as admission
from platform_stack.checks.providers import one_provider
from platform_stack.integrations.gatekeeper import Constraint, policy_engine
from platform_stack.integrations.kyverno import Validation
from platform_stack.labels import TIER
from platform_stack.typed import ApiObject, to_manifest
from platform_stack.yaml_output import to_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syrupy.assertion import SnapshotAssertion


CLUSTER = Cluster(name="kind", repo_url="https://git.example.test/platform")


WEBHOOK = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "gatekeeper"},
    "webhooks": [
        {
            "name": "validation.gatekeeper.sh",
            "namespaceSelector": {
                "matchExpressions": [
                    {"key": "ignore", "operator": "DoesNotExist"},
                    {
                        "key": "kubernetes.io/metadata.name",
                        "operator": "NotIn",
                        "values": ["kube-system", "argocd"],
                    },
                ]
            },
        },
        {
            "name": "another.example.test",
            "namespaceSelector": {
                "matchExpressions": [
                    {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["web"]},
                ]
            },
        },
    ],
}


TYPE = Constraint(
    kind="ServiceType",
    match=("/Service", "apps/Deployment", "apps/StatefulSet"),
    schema={"refused": {"type": "string"}},
    parameters={"refused": "NodePort"},
    variables={"type": "object.spec.type"},
    cel=(("variables.type != variables.params.refused", '"it is a " + variables.type + "."'),),
)


UNIQUE = Constraint(
    kind="UniqueName",
    match=("/Service",),
    not_in={"default": "nobody works there"},
    compares_with=("v1/Service", "apps/v1/Deployment"),
    rego='refused contains "it is there already." if data.inventory.namespace[_]["v1"].Service[reviewed.metadata.name]',
)


def policy(rule: Any, name: str = "p", **actions: Action | None) -> Policy:  # noqa: ANN401  also wrong ones
    chosen = {"tenants": Action.DENY, "platform": Action.DENY, **actions}
    return Policy(
        name=name,
        engine="gatekeeper",
        severity="high",
        protects_from="Something bad.",
        asks="Something good.",
        hint="Do it so.",
        judges=("Service spec.type",),
        rule=rule,
        **chosen,
    )


def estate(*policies: Policy, exceptions: Sequence[PolicyException] = ()) -> Estate:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "gateway", "namespace": "web"}}
    web = Application(
        name="web",
        namespaces=(Namespace(name="web"),),
        exceptions=tuple(exceptions),
        roles=(policy_engine(),),
    )
    platform = Platform(applications=(web,), clusters=(CLUSTER,), policies=policies)
    return Estate(Context(platform, CLUSTER), {"web": [WEBHOOK, service]})


def compiled(
    *policies: Policy, exceptions: Sequence[PolicyException] = ()
) -> list[tuple[dict[str, Any], int]]:
    return [
        (to_manifest(item) if isinstance(item, ApiObject) else dict(item), int(wave))
        for _, item, wave in admission(estate(*policies, exceptions=exceptions))
    ]


def constraints(*policies: Policy, exceptions: Sequence[PolicyException] = ()) -> dict[str, dict[str, Any]]:
    return {
        item["metadata"]["name"]: item
        for item, _ in compiled(*policies, exceptions=exceptions)
        if item["apiVersion"].startswith("constraints.gatekeeper.sh/")
    }


GATEWAY = PolicyException(
    policy="p", kind="Service", name="gateway", because="it is the way in", owner="platform team"
)


class YamlFile(SingleFileSnapshotExtension):
    file_extension = "yaml"
    _write_mode = WriteMode.TEXT


@pytest.mark.parametrize(
    ("rule", "actions"),
    [(TYPE, {"tenants": Action.DENY, "platform": Action.AUDIT}), (UNIQUE, {})],
    ids=["cel-with-two-actions", "rego-that-compares"],
)
def test_snapshot(rule: Constraint, actions: dict[str, Action], snapshot: SnapshotAssertion) -> None:
    made = [item for item, _ in compiled(policy(rule, **actions), exceptions=[GATEWAY])]
    assert to_yaml(*made).decode() == snapshot(extension_class=YamlFile)


@pytest.mark.parametrize(
    ("tenants", "platform", "expected"),
    [
        (Action.DENY, Action.DENY, {"p": ("deny", None)}),
        (Action.AUDIT, Action.AUDIT, {"p": ("dryrun", None)}),
        (Action.DENY, Action.AUDIT, {"p": ("deny", "tenant"), "p-platform": ("dryrun", "platform")}),
        (Action.AUDIT, Action.DENY, {"p": ("dryrun", "tenant"), "p-platform": ("deny", "platform")}),
        (Action.DENY, None, {"p": ("deny", "tenant")}),
        (None, Action.DENY, {"p-platform": ("deny", "platform")}),
    ],
)
def test_one_constraint_for_equal_actions_and_one_a_tier_for_different_ones(
    tenants: Action | None, platform: Action | None, expected: dict[str, tuple[str, str | None]]
) -> None:
    found = {
        name: (
            item["spec"]["enforcementAction"],
            item["spec"]["match"].get("namespaceSelector", {}).get("matchLabels", {}).get(TIER),
        )
        for name, item in constraints(policy(TYPE, tenants=tenants, platform=platform)).items()
    }
    assert found == expected


def test_an_exception_is_for_one_object_in_the_constraint_of_its_tier() -> None:
    found = constraints(policy(TYPE, platform=Action.AUDIT), exceptions=[GATEWAY])
    assert found["p"]["spec"]["parameters"]["exceptions"] == []
    assert found["p-platform"]["spec"]["parameters"]["exceptions"] == ["Service web/gateway"]
    assert found["p-platform"]["metadata"]["annotations"]["platform-stack.io/exceptions"] == (
        "Service web/gateway: it is the way in (platform team)"
    )
    for item in found.values():
        assert "web" not in item["spec"]["match"]["excludedNamespaces"]


def test_what_the_webhook_leaves_alone_is_excluded_from_the_audit_too() -> None:
    assert constraints(policy(TYPE))["p"]["spec"]["match"]["excludedNamespaces"] == ["argocd", "kube-system"]
    found = constraints(policy(UNIQUE))["p"]
    assert found["spec"]["match"]["excludedNamespaces"] == ["argocd", "default", "kube-system"]
    assert (
        "default: nobody works there"
        in found["metadata"]["annotations"]["platform-stack.io/excluded-namespaces"]
    )


def test_policies_with_the_same_question_share_a_template() -> None:
    other = dataclasses.replace(TYPE, parameters={"refused": "LoadBalancer"}, match=("/Service",))
    made = [item for item, _ in compiled(policy(TYPE, "one"), policy(other, "two"))]
    (template,) = [item for item in made if item["kind"] == "ConstraintTemplate"]
    assert template["metadata"]["annotations"]["platform-stack.io/policies"] == "one, two"
    assert [item["metadata"]["name"] for item in made if item["kind"] == "ServiceType"] == ["one", "two"]


def test_a_rule_may_be_made_from_the_estate() -> None:
    def rule(found: Estate) -> Constraint:
        return dataclasses.replace(TYPE, parameters={"refused": found.context.cluster.name})

    assert constraints(policy(rule))["p"]["spec"]["parameters"]["refused"] == "kind"


KINDS = ("v1/Service", "apps/v1/Deployment", "networking.k8s.io/v1/Ingress")


_ANSWERS = (Action.DENY, Action.AUDIT, None)


ACTIONS = st.sampled_from([(a, b) for a in _ANSWERS for b in _ANSWERS if a or b])


@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(st.sampled_from(KINDS), unique=True), ACTIONS),
        min_size=1,
        max_size=6,
    )
)
def test_templates_come_before_constraints_and_everything_compared_is_synced(
    drawn: list[tuple[bool, list[str], tuple[Action | None, Action | None]]],
) -> None:
    asked = [
        policy(
            dataclasses.replace(UNIQUE, kind=f"Kind{number}", compares_with=tuple(compared))
            if is_rego
            else dataclasses.replace(TYPE, kind=f"Kind{number}"),
            f"p{number}",
            tenants=tenants,
            platform=platform,
        )
        for number, (is_rego, compared, (tenants, platform)) in enumerate(drawn)
    ]
    made = compiled(*asked)
    assert made == compiled(*asked)
    templates = {
        item["spec"]["crd"]["spec"]["names"]["kind"]: wave for item, wave in made if "crd" in item["spec"]
    }
    assert set(templates) == {f"Kind{number}" for number in range(len(drawn))}
    for item, wave in made:
        if item["apiVersion"] == "constraints.gatekeeper.sh/v1beta1":
            assert wave > templates[item["kind"]] >= SyncWave.AFTER_CHART
            options = item["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
            assert options == "SkipDryRunOnMissingResource=true"
    sets = [item for item, _ in made if item["kind"] == "SyncSet"]
    synced = [
        "/".join(filter(None, (one["group"], one["version"], one["kind"])))
        for item in sets
        for one in item["spec"]["gvks"]
    ]
    assert sorted(synced) == sorted({one for is_rego, compared, _ in drawn if is_rego for one in compared})
    assert len(sets) == bool(synced)


@pytest.mark.parametrize(
    ("base", "changes", "message"),
    [
        (TYPE, {"kind": "serviceType"}, "a kind in upper camel case"),
        (TYPE, {"match": ()}, "the kinds it is asked about"),
        (TYPE, {"match": ("Service",)}, "'/Service' in the core group"),
        (UNIQUE, {"compares_with": ("Service",)}, "'group/version/Kind'"),
        (UNIQUE, {"rego": " "}, "neither"),
        (UNIQUE, {"cel": TYPE.cel}, "both"),
        (TYPE, {"compares_with": ("v1/Service",)}, "CEL sees one object only"),
        (UNIQUE, {"variables": {"a": "b"}}, "none beside Rego"),
        (TYPE, {"schema": {"hint": {"type": "string"}}}, "the compiler writes"),
        (TYPE, {"parameters": {"refusd": "x"}}, "did you mean 'refused'?"),
        (TYPE, {"not_in": {"default": " "}}, "no reason for 'default'"),
    ],
)
def test_a_constraint_says_what_is_wrong_with_it(
    base: Constraint, changes: dict[str, Any], message: str
) -> None:
    fields = {item.name: getattr(base, item.name) for item in dataclasses.fields(Constraint)}
    with pytest.raises(PlatformError) as caught:
        Constraint(**{**fields, **changes})
    assert message in str(caught.value)
    assert "test_gatekeeper.py:" in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            [policy(TYPE, "one"), policy(dataclasses.replace(TYPE, variables={}), "two")],
            "another question than that of 'one'",
        ),
        ([policy(dataclasses.replace(TYPE, parameters={"refused": 7}))], "7 is not of type 'string'"),
        ([policy(dataclasses.replace(TYPE, parameters={}))], "'refused' is a required property"),
        ([policy(dataclasses.replace(TYPE, not_in={"wev": "a reason"}))], "did you mean 'web'?"),
        (
            [
                policy(
                    dataclasses.replace(TYPE, match=("rbac.authorization.k8s.io/ClusterRole",)), platform=None
                )
            ],
            "different actions for ClusterRole, which lies in no namespace",
        ),
        (
            [policy(dataclasses.replace(TYPE, match=("cert-manager.io/ClusterIssuer",)), platform=None)],
            "different actions for ClusterIssuer, which lies in no namespace",
        ),
        (
            [policy(lambda _estate: Validation(checks=()))],
            "a rule that it takes: Constraint, or a function that makes one",
        ),
    ],
)
def test_the_compiler_says_what_is_wrong(asked: list[Policy], message: str) -> None:
    with pytest.raises(PlatformError) as caught:
        compiled(*asked)
    assert message in str(caught.value)
    assert f"policy '{asked[-1].name}'" in str(caught.value)


def test_a_namespace_has_the_tier_of_its_own_labels() -> None:
    found = constraints(policy(dataclasses.replace(TYPE, match=("/Namespace",)), platform=Action.AUDIT))
    assert set(found) == {"p", "p-platform"}


def test_a_template_provides_the_kind_of_its_constraints() -> None:
    def providers(items: list[dict[str, Any]]) -> list[Finding]:
        return list(one_provider(Estate(dataclasses.replace(context, platform=bare), {"web": items})))

    context = estate(policy(TYPE)).context
    bare = dataclasses.replace(context.platform, policies=())
    made = [item for item, _ in compiled(policy(TYPE))]
    custom = [item for item in made if item["kind"] == "ServiceType"]
    with_template = providers(made)
    assert not any("constraints.gatekeeper.sh" in finding.where for finding in with_template)
    (finding,) = providers(custom)
    assert finding.where.endswith("kind constraints.gatekeeper.sh/ServiceType")
