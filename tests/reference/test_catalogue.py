"""The catalogue as a whole: what may be left out, and what it asks of a laptop."""

from __future__ import annotations

import dataclasses

import pytest

from apps import SMALL
from apps.__main__ import PLATFORM
from platform_stack import Application, NetworkEngine, PlatformError, Profile
from platform_stack.budget import Request, WorkloadRequests, total
from platform_stack.model.cluster import PROFILES
from platform_stack.model.roles import CertificateIssuer, Gateway
from platform_stack.quantity import quantity
from platform_stack.recorded import reference_context, releases
from platform_stack.synth import synthesize
from tests.described import made

MANUAL = {member.name for member in PLATFORM.members if member.sync.manual(PLATFORM.clusters[0])}


def found(applications: tuple[Application, ...] = PLATFORM.applications) -> tuple[WorkloadRequests, ...]:
    """Return the workloads that Argo CD syncs by itself."""
    platform = dataclasses.replace(PLATFORM, applications=applications)
    (result,) = [made()] if platform == PLATFORM else synthesize(platform)
    return tuple(one for one in result.estate.budget if one.application not in MANUAL)


@pytest.mark.parametrize("left_out", PLATFORM.applications, ids=lambda member: member.name)
def test_an_application_may_be_left_out_or_those_that_need_it_say_so(left_out: Application) -> None:
    others = tuple(member for member in PLATFORM.applications if member is not left_out)
    dependants = [member for member in others if left_out.name in member.dependencies]
    try:
        platform = dataclasses.replace(PLATFORM, applications=others)
    except PlatformError as error:
        missed = [finding for finding in error.findings if finding.where.endswith(": depends_on")]
        assert all(repr(left_out.name) in finding.found for finding in missed)
        assert sorted(finding.where for finding in missed) == sorted(
            f"{member.place}: depends_on" for member in dependants
        )
        return
    assert not dependants
    if any(chart.custom_resources_with_bootstrap for chart in left_out.charts):
        with pytest.raises(
            PlatformError, match=r"a custom kind that no application provides, used by .*cilium"
        ):
            synthesize(platform)
        return
    for role in (Gateway, CertificateIssuer):
        if PLATFORM.holders(role) and not platform.holders(role) and any(each.routes for each in others):
            with pytest.raises(PlatformError, match=f"no application with the role {role.__name__}"):
                synthesize(platform)
            return
    (result,) = synthesize(platform)
    assert not any(path.startswith(f"apps/{left_out.name}/") for path in result.files)


def test_the_small_selection_is_one() -> None:
    small = dataclasses.replace(PLATFORM, applications=SMALL)
    (result,) = synthesize(small)
    assert "apps/prometheus/application.yaml" in result.files
    requests = total(one.total for one in found(SMALL))
    assert requests.cpu <= quantity("700m")
    assert requests.memory <= quantity("2.4Gi")


def test_the_platform_fits_the_laptop() -> None:
    requests = total(one.total for one in found())
    assert requests.cpu <= quantity("800m")
    assert requests.memory <= quantity("2.7Gi")


@pytest.mark.parametrize(
    ("workload", "budget"),
    [
        (lambda one: one.application == "cilium", ("100m", "256Mi")),  # 50m and 128Mi a node
        (lambda one: one.name == "prometheus-kps", ("100m", "512Mi")),
        (lambda one: one.name == "grafana", ("50m", "128Mi")),
        (lambda one: one.application == "istio", ("200m", "256Mi")),
        (lambda one: one.application == "argocd", ("300m", "512Mi")),
    ],
    ids=["cilium", "prometheus", "grafana", "istio", "argocd"],
)
def test_each_line_of_the_budget(workload: object, budget: tuple[str, str]) -> None:
    assert callable(workload)
    chosen = [one for one in found() if workload(one)]
    assert chosen
    requests = total(one.total for one in chosen)
    assert requests != Request()
    assert requests.cpu <= quantity(budget[0])
    assert requests.memory <= quantity(budget[1])


def test_what_is_said_of_prometheus_pod_is_what_its_operator_makes() -> None:
    """The chart's Prometheus asks for its own container; the reloader beside it is an argument of the operator."""
    objects = made().objects["prometheus"]
    (prometheus,) = [item for item in objects if item["kind"] == "Prometheus"]
    (operator,) = [
        dict(argument.split("=", 1) for argument in container["args"] if "=" in argument)
        for item in objects
        if (item["kind"], item["metadata"]["name"]) == ("Deployment", "kps-operator")
        for container in item["spec"]["template"]["spec"]["containers"]
    ]
    (said,) = [one.pod for one in found() if one.name == "prometheus-kps"]
    own = prometheus["spec"]["resources"]["requests"]
    assert said.cpu == quantity(own["cpu"]) + quantity(operator["--config-reloader-cpu-request"])
    assert said.memory == quantity(own["memory"]) + quantity(operator["--config-reloader-memory-request"])


def test_only_longhorn_is_synced_by_hand_and_only_without_iscsi() -> None:
    (kind,) = PLATFORM.clusters
    assert {"longhorn"} == MANUAL
    with_iscsi = dataclasses.replace(kind, iscsi=True)
    assert not [member.name for member in PLATFORM.members if member.sync.manual(with_iscsi)]


def test_there_are_no_facts_of_what_is_no_more() -> None:
    wanted = {
        f"{one.application.name}/{one.chart.release}.json"
        for one in releases(PLATFORM, made().estate.context)
    }
    assert {path.relative_to(PLATFORM.facts).as_posix() for path in PLATFORM.facts.glob("*/*")} == wanted


@pytest.mark.parametrize("profile", PROFILES)
def test_the_network_is_what_its_role_says(profile: Profile) -> None:
    """The chart's values and the role are two places that say it."""
    context = reference_context(PLATFORM, profile)
    (values,) = [one.values for one in releases(PLATFORM, context) if one.chart.name == "cilium"]
    engine = PLATFORM.role(NetworkEngine)
    assert engine
    assert values["encryption"] == {"enabled": True, "type": str(engine.encryption).lower()}
    assert values["kubeProxyReplacement"] == str(engine.replaces_kube_proxy).lower()
    assert values["l7Proxy"] is True  # without it policies on DNS names are not enforced
