"""The mesh of this platform: who is in it, and what Istio's values say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.__main__ import PLATFORM
from apps.istio.values import SIDECAR
from platform_stack.model.cluster import PROFILES
from platform_stack.recorded import reference_context, releases
from tests.flows.dist import made
from tests.flows.mesh_members import members

if TYPE_CHECKING:
    from platform_stack import Profile


def everything(profile: Profile) -> list[dict[str, Any]]:
    result, *_ = made(profile)
    return [item for items in result.objects.values() for item in items]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_pod_of_the_mesh_is_known_and_no_other(profile: Profile) -> None:
    assert set(members(everything(profile))) == {
        ("kong", "kong"),
        ("tracing", "jaeger"),
        ("tracing", "jaeger-tempo-bridge"),
        ("tracing", "tempo"),
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_probes_and_jobs_work_under_strict(profile: Profile) -> None:
    """The injector rewrites what a probe asks for, and a native sidecar ends with its job."""
    context = reference_context(PLATFORM, profile)
    (values,) = [one.values for one in releases(PLATFORM, context) if one.chart.name == "istiod"]
    assert values["sidecarInjectorWebhook"]["rewriteAppHTTPProbe"] is True
    assert values["env"]["ENABLE_NATIVE_SIDECARS"] == "true"
    assert values["global"]["proxy"]["resources"]["requests"] == {
        "cpu": SIDECAR.cpu,
        "memory": SIDECAR.memory,
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_a_sidecar_is_limited_to_the_cores_that_it_can_use(profile: Profile) -> None:
    """Left out, the limit is the chart's, of two cores."""
    context = reference_context(PLATFORM, profile)
    (values,) = [one.values for one in releases(PLATFORM, context) if one.chart.name == "istiod"]
    threads = values["meshConfig"]["defaultConfig"]["concurrency"]
    assert values["global"]["proxy"]["resources"]["limits"]["cpu"] == str(threads)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_sidecar_is_in_the_budget(profile: Profile) -> None:
    result, *_ = made(profile)
    counted = {
        (one.namespace, one.name.removesuffix(" (sidecar)")): (one.pods, str(one.pod), one.known_idle)
        for one in result.estate.budget
        if one.name.endswith(" (sidecar)")
    }
    replicas = {
        (item["metadata"]["namespace"], item["metadata"]["name"]): item["spec"]["replicas"]
        for item in everything(profile)
        if item["kind"] in ("Deployment", "StatefulSet")
    }
    assert counted == {
        key: (replicas[key], f"{SIDECAR.cpu} / {SIDECAR.memory}", SIDECAR.known_idle)
        for key in members(everything(profile))
    }


def test_the_gateway_finds_the_services_in_the_mesh() -> None:
    """By their own name, through their Service: else its sidecar would pass the request on in plain text."""
    found = everything("laptop")
    (ingress,) = [i for i in found if (i["kind"], i["metadata"]["name"]) == ("Ingress", "jaeger")]
    (service,) = [i for i in found if (i["kind"], i["metadata"]["name"]) == ("Service", "jaeger")]
    assert ingress["metadata"]["annotations"]["konghq.com/preserve-host"] == "false"
    assert service["metadata"]["annotations"]["ingress.kubernetes.io/service-upstream"] == "true"
    (grafana,) = [i for i in found if (i["kind"], i["metadata"]["name"]) == ("Ingress", "grafana")]
    assert "konghq.com/preserve-host" not in grafana["metadata"]["annotations"]
