"""What is in the mesh, why something is not, and that what talks to it from outside still can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.__main__ import PLATFORM
from apps.istio import istio
from apps.istio.values import SIDECAR
from platform_stack.model.cluster import PROFILES
from platform_stack.model.flow import Entity
from platform_stack.network.pods import Workload
from platform_stack.recorded import reference_context, releases
from tests.flows.mesh_members import members
from tests.platform.flows.test_dist import made

if TYPE_CHECKING:
    from platform_stack import Profile

OUTSIDE = {
    "kube-system": "the network is below the mesh",
    "cilium-secrets": "no pods",
    "argocd": "it installs the mesh and must be able to repair it",
    "cert-manager": "the API server calls its webhook, and it is there before the mesh",
    "external-dns": "its three sidecars are not in the laptop's budget, and DNS over UDP goes around them",
    "falco": "a node agent that nobody talks to but Prometheus",
    "gatekeeper-system": "the API server calls its webhook: every change in the cluster waits for it",
    "istio-system": "it is the mesh",
    "kyverno": "the API server calls its webhook: every new pod waits for it, those of the mesh too",
    "logging": "the logs that say why the mesh does not work must not need it",
    "longhorn-system": "storage must not depend on the mesh",
    "monitoring": "Prometheus must see that the mesh does not work, and Grafana takes no other Host than its own",
    "node-monitoring": "node-exporter is on the node's network",
    "sealed-secrets": "it must work before the mesh does",
    "vault": "it must open without the mesh, and the API server calls its injector",
    "seaweedfs": "only Velero and Longhorn use it, which are outside; a restore must not need the mesh",
    "velero": "node agents, and jobs that it makes itself",
}
"""What is not in the mesh; each reason is the one that is declared."""


def everything(profile: Profile) -> list[dict[str, Any]]:
    result, *_ = made(profile)
    return [item for items in result.objects.values() for item in items]


def test_every_namespace_is_in_the_mesh_or_says_why_not() -> None:
    declared = {
        namespace.name: namespace
        for member in PLATFORM.members
        if member.tier == "platform"
        for namespace in member.namespaces
    }
    assert {name: one.outside_mesh_because for name, one in declared.items() if not one.mesh} == OUTSIDE
    assert sorted(name for name, one in declared.items() if one.mesh) == ["kong", "tracing"]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_pod_of_the_mesh_is_known_and_no_other(profile: Profile) -> None:
    assert set(members(everything(profile))) == {
        ("kong", "kong"),
        ("tracing", "jaeger"),
        ("tracing", "jaeger-tempo-bridge"),
        ("tracing", "tempo"),
    }


def test_each_has_an_identity_of_its_own_that_is_made() -> None:
    found = everything("laptop")
    identities = [(one.namespace, one.service_account) for one in members(found).values()]
    assert len(set(identities)) == len(identities)
    made_accounts = {
        (item["metadata"]["namespace"], item["metadata"]["name"])
        for item in found
        if item["kind"] == "ServiceAccount"
    }
    assert set(identities) <= made_accounts


def test_the_mesh_is_strict_everywhere_but_on_ports_that_say_why() -> None:
    found = [item for item in everything("laptop") if item["kind"] == "PeerAuthentication"]
    (whole,) = [item for item in found if item["metadata"]["namespace"] == "istio-system"]
    assert whole["spec"] == {"mtls": {"mode": "STRICT"}}
    for item in found:
        assert item["spec"]["mtls"] == {"mode": "STRICT"}
        for port in item["spec"].get("portLevelMtls", {}):
            assert f"{port}/TCP " in item["metadata"]["annotations"]["platform-stack.io/allows"]
            assert "outside the mesh" in item["metadata"]["annotations"]["platform-stack.io/allows"]


def test_a_port_of_its_own_mode_is_behind_a_service() -> None:
    """Istio applies a port's mode only where a Service leads to the port."""
    found = everything("laptop")
    for item in found:
        for port in item["spec"].get("portLevelMtls", {}) if item["kind"] == "PeerAuthentication" else ():
            labels = item["spec"]["selector"]["matchLabels"]
            assert any(
                service["kind"] == "Service"
                and service["metadata"]["namespace"] == item["metadata"]["namespace"]
                and labels.items() >= (service["spec"].get("selector") or {"": ""}).items()
                and int(port) in {entry["port"] for entry in service["spec"]["ports"]}
                for service in found
            ), (item["metadata"]["name"], port)


def test_webhooks_and_the_gateway_are_reached_around_their_sidecar() -> None:
    """The API server and the world have no identity."""
    known = members(everything("laptop"))
    *_, flows = made("laptop")
    without = (Entity.API_SERVER, Entity.WORLD, Entity.NODES)
    reached = [
        (flow.target.namespace, flow.target.name, flow.port)
        for flow in flows
        if flow.source in without and isinstance(flow.target, Workload)
    ]
    for namespace, name, port in reached:
        assert (namespace, name) not in known or not known[namespace, name].intercepts(port), (name, port)
    assert len(reached) > 10


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


def test_whoever_is_in_the_mesh_waits_for_it() -> None:
    for member in PLATFORM.members:
        if any(namespace.mesh for namespace in member.namespaces):
            assert istio.name in PLATFORM.reach[member.name], member.name


def test_what_the_mesh_stands_on_is_not_in_it() -> None:
    """Else it could not start: neither what it depends on, nor what every pod or every repair waits for."""
    below = {"istio", *PLATFORM.reach["istio"], *(one.name for one in PLATFORM.bootstrap)}
    below |= {"cert-manager", "kyverno", "gatekeeper", "sealed-secrets", "prometheus"}
    for name in below:
        assert not any(namespace.mesh for namespace in PLATFORM.by_name[name].namespaces), name


def test_the_gateway_finds_the_services_in_the_mesh() -> None:
    """By their own name, through their Service: else its sidecar would pass the request on in plain text."""
    found = everything("laptop")
    (ingress,) = [i for i in found if (i["kind"], i["metadata"]["name"]) == ("Ingress", "jaeger")]
    (service,) = [i for i in found if (i["kind"], i["metadata"]["name"]) == ("Service", "jaeger")]
    assert ingress["metadata"]["annotations"]["konghq.com/preserve-host"] == "false"
    assert service["metadata"]["annotations"]["ingress.kubernetes.io/service-upstream"] == "true"
    (grafana,) = [i for i in found if (i["kind"], i["metadata"]["name"]) == ("Ingress", "grafana")]
    assert "konghq.com/preserve-host" not in grafana["metadata"]["annotations"]
