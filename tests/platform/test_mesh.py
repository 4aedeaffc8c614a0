"""What is in the mesh, why something is not, and that what talks to it from outside still can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.__main__ import PLATFORM
from apps.istio import istio
from platform_stack.model.flow import Entity
from platform_stack.network.pods import Workload
from tests.flows.dist import made
from tests.flows.mesh_members import members

if TYPE_CHECKING:
    from platform_stack import Profile


def everything(profile: Profile) -> list[dict[str, Any]]:
    result, *_ = made(profile)
    return [item for items in result.objects.values() for item in items]


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
