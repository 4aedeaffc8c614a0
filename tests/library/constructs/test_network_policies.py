"""The policies of one flow of each kind, on a network with an engine of its own and on one without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platform_stack import Application, Cluster, Context, Namespace, NetworkEngine, Platform
from platform_stack.estate import Estate
from platform_stack.integrations.cilium import network_engine
from platform_stack.integrations.kind.configuration import kind_config
from platform_stack.integrations.kind.objects import cluster_objects
from platform_stack.model.flow import (
    Entity,
    Flow,
    Networks,
    Pods,
    Wider,
    exposed,
    reaches_names,
    serves_webhook,
    uses_api_server,
    within,
)
from platform_stack.network.policies import policies

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CLUSTER = Cluster(
    name="lan",
    repo_url="https://git.example.test/platform",
    node_networks=("192.168.1.0/26",),
    api_server_networks=("192.168.1.10/32",),
)
FLOWS = (
    within("store", ports=(5432,), because="keeps its data there", source=("web",)),
    uses_api_server("web"),
    serves_webhook("web", port=9443),
    exposed("web", ports=(8443,), because="is for everybody"),
    Flow(source=Pods(workloads=("web",)), target=Entity.WORLD, ports=(443,), because="crawls"),
    Flow(source=Entity.NODES, target=Pods(workloads=("web",)), ports=(9100,), because="asks how it is"),
    Flow(
        source=Pods(workloads=("web",)),
        target=Networks(("192.168.0.0/16",)),
        ports=(445,),
        because="reads files",
    ),
    reaches_names(
        "*.example.test", because="asks for prices", source=("web",), wider=Wider(because="they change")
    ),
)


def deployment(name: str) -> dict[str, object]:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": name}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


@pytest.mark.parametrize("roles", [(), (network_engine(),)], ids=["by address", "cilium"])
def test_the_policies_of_a_flow(roles: tuple[NetworkEngine, ...], snapshot: SnapshotAssertion) -> None:
    shop = Application(
        name="shop", namespaces=(Namespace(name="shop"),), flows=lambda _context: FLOWS, roles=roles
    )
    context = Context(Platform(applications=(shop,), clusters=(CLUSTER,)), CLUSTER)
    estate = Estate(context, {"shop": [deployment("web"), deployment("store")]})
    assert [(policy, wave.name) for _, policy, wave in policies(estate)] == snapshot


@pytest.mark.parametrize(
    ("engine", "networking", "agents"),
    [
        (None, {"podSubnet": "10.244.0.0/16"}, {"kube-proxy", "kindnet"}),
        (NetworkEngine(), {"disableDefaultCNI": True, "podSubnet": "10.244.0.0/16"}, {"kube-proxy"}),
        (
            network_engine(),
            {"disableDefaultCNI": True, "kubeProxyMode": "none", "podSubnet": "10.244.0.0/16"},
            set(),
        ),
    ],
)
def test_kinds_own_network_makes_way_for_an_engine(
    engine: NetworkEngine | None, networking: dict[str, object], agents: set[str]
) -> None:
    assert kind_config(CLUSTER, engine)["networking"] == networking
    found = {
        item["metadata"]["name"] for item in cluster_objects(CLUSTER, engine) if item["kind"] == "DaemonSet"
    }
    assert found == agents


def test_networks_of_the_cluster_are_those_that_it_declares() -> None:
    cluster = Cluster(
        name="lan",
        repo_url="https://git.example.test/platform",
        pod_network="10.42.0.0/16",
        service_network="10.43.0.0/16",
    )
    assert kind_config(cluster, None)["networking"] == {
        "podSubnet": "10.42.0.0/16",
        "serviceSubnet": "10.43.0.0/16",
    }
