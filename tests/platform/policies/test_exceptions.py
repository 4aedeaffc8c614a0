"""Exceptions find their object, and only in the application that declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
from platform_stack.admission import Estate, Excepted, exceptions
from platform_stack.admission.table import rows, summary
from platform_stack.integrations.gatekeeper import Constraint
from platform_stack.model.cluster import PROFILES
from platform_stack.recorded import releases
from tests.policies.estate import platform, synthesized

if TYPE_CHECKING:
    from platform_stack import Profile

WORKLOAD = RuntimeWorkload(
    name="made", namespace="web", kind="StatefulSet", labels={"app": "made"}, ports={}, cpu="1m", memory="1Mi"
)


def metadata(name: str, namespace: str = "web") -> dict[str, str]:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}


def template(labels: dict[str, str]) -> dict[str, object]:
    return {"metadata": {"labels": labels}, "spec": {"containers": []}}


OBJECTS = [
    {"apiVersion": "v1", "kind": "Service", "metadata": metadata("web")},
    {"apiVersion": "v1", "kind": "Service", "metadata": metadata("web", "other")},
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata("web"),
        "spec": {"template": template({"a": "b"})},
    },
    {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": metadata("web"),
        "spec": {"jobTemplate": {"spec": {"template": template({"c": "d"})}}},
    },
    {"apiVersion": "v1", "kind": "Pod", "metadata": {**metadata("web"), "labels": {"e": "f"}}, "spec": {}},
    {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata("web", "")},
]


def policy(name: str, tenants: Action | None = Action.DENY, platform: Action | None = Action.AUDIT) -> Policy:
    return Policy(
        name=name,
        severity="low",
        protects_from="x",
        asks="y",
        hint="z",
        judges=("Service spec",),
        rule=Constraint(kind="X", match=("/Service",), cel=(("true", "'no'"),)),
        engine="gatekeeper",
        tenants=tenants,
        platform=platform,
    )


def exception(kind: str, name: str = "web", namespace: str = "", policy: str = "one") -> PolicyException:
    return PolicyException(
        policy=policy, kind=kind, name=name, namespace=namespace, because="It must.", owner="us"
    )


def estate(
    *declared: PolicyException, policies: tuple[Policy, ...] = (policy("one"), policy("two"))
) -> Estate:
    web = Application(
        name="web",
        namespaces=(Namespace(name="web"),),
        exceptions=declared,
        run_time=RunTime(workloads=lambda _objects, _context: (WORKLOAD,)),
    )
    other = Application(name="other", namespaces=(Namespace(name="other"),))
    cluster = Cluster(name="test", repo_url="https://git.example.test/platform")
    platform = Platform(applications=(other, web), clusters=(cluster,), policies=policies)
    return Estate(Context(platform, cluster), {"web": OBJECTS, "other": [OBJECTS[0] | {"kind": "Secret"}]})


def only(found: Estate) -> Excepted:
    by_policy = exceptions(found)
    assert set(by_policy) == {"one", "two"}
    assert by_policy["two"] == ()
    (one,) = by_policy["one"]
    return one


@pytest.mark.parametrize(
    ("declared", "target", "labels"),
    [
        (exception("Service"), "Service web/web", {}),
        (exception("Service", namespace="other"), "Service other/web", {}),
        (exception("Deployment"), "Deployment web/web", {"a": "b"}),
        (exception("CronJob"), "CronJob web/web", {"c": "d"}),
        (exception("Pod"), "Pod web/web", {"e": "f"}),
        (exception("Namespace"), "Namespace web", {}),
        (exception("StatefulSet", "made"), "StatefulSet web/made", {"app": "made"}),
    ],
)
def test_an_exception_finds_its_object(
    declared: PolicyException, target: str, labels: dict[str, str]
) -> None:
    one = only(estate(declared))
    assert (one.target, one.pod_labels, one.application) == (target, labels, "web")


def test_what_the_cluster_holds_by_itself_is_excepted_by_the_platform() -> None:
    coredns = exception("Deployment", "coredns", "kube-system")
    web = Application(name="web", namespaces=(Namespace(name="web"),))
    cluster = Cluster(name="test", repo_url="https://git.example.test/platform")
    platform = Platform(
        applications=(web,),
        clusters=(cluster,),
        policies=(policy("one"), policy("two")),
        exceptions=lambda _cluster: (coredns,),
    )
    found = Estate(Context(platform, cluster), {"web": OBJECTS})
    one = only(found)
    assert (one.target, one.application, one.tier) == (
        "Deployment kube-system/coredns",
        "cluster",
        "platform",
    )
    assert one.pod_labels == {"k8s-app": "kube-dns"}
    (row,) = rows(found)[0].exceptions
    assert row.application == "cluster"


@pytest.mark.parametrize("declared", [exception("Secret"), exception("Deployment", namespace="other")])
def test_an_object_of_somebody_else_is_not_found(declared: PolicyException) -> None:
    with pytest.raises(PlatformError, match="which neither its charts nor its manifests"):
        exceptions(estate(declared))


def test_every_mistake_is_told_at_once() -> None:
    declared = [exception("Service"), exception("Service"), exception("Pod", policy="on"), exception("Job")]
    with pytest.raises(PlatformError) as error:
        exceptions(estate(*declared))
    assert [finding.found.partition(",")[0] for finding in error.value.findings] == [
        f"a second exception from 'one' for Service web/web (the first: {declared[0].source})",
        "'on'",
        "Job web/web",
    ]


def test_the_table_names_actions_and_exceptions() -> None:
    found = rows(estate(exception("Service"), policies=(policy("one"), policy("two", None))))
    assert [(row.policy, row.tenants, row.platform) for row in found] == [
        ("one", "deny", "audit"),
        ("two", None, "audit"),
    ]
    (one,) = found[0].exceptions
    assert (one.target, one.because, one.owner) == ("Service web/web", "It must.", "us")
    assert (summary(found, "tenant"), summary(found, "platform")) == ("deny 1", "audit 2")


CHARTS_OWN_FILTERS = {"kube-node-lease", "kube-public", "kube-system"}
"""Namespaces that Kyverno's chart (3.9.0, config.resourceFilters) leaves out of everything, its reports too."""


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_excepted_would_be_reported(profile: Profile) -> None:
    """An exception where nothing is ever reported says something that is not so."""
    made = synthesized(profile)
    context = Context(platform(profile), made.cluster)
    (values,) = [one.values for one in releases(context.platform, context) if one.chart.name == "kyverno"]
    silent = CHARTS_OWN_FILTERS - set(values["config"]["resourceFiltersExcludeNamespaces"])
    engines = {policy.name: policy.engine for policy in context.platform.policies}
    found = {
        one.namespace
        for policy, of_policy in exceptions(Estate(context, made.objects)).items()
        for one in of_policy
        if engines[policy] == "kyverno"
    }
    assert "kube-system" in found
    assert found & silent == set()
