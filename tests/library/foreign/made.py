"""The foreign platforms as synth makes them, and the oracle that judges their policies.

Their facts are recorded as those of any platform: `platform-stack --platform tests.library.foreign.calico facts`, with
`--charts FOLDER` where helm can pull nothing. The lab boots them: `make lab PLATFORM=tests.library.foreign.calico`.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

from platform_stack.cli.load import load_platform
from platform_stack.network.pods import DNS, Inventory, Workload
from platform_stack.synth import Synthesized, synthesize
from tests.flows.oracle import Oracle
from tests.flows.peers import Pod

if TYPE_CHECKING:
    from platform_stack import Platform, Profile

NAMES = ("calico", "envoy")
POLICIES = ("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")
STRANGER = Pod("tenant", "stranger", {"app": "stranger"}, {})


@functools.cache
def platform(name: str, profile: Profile = "laptop") -> Platform:
    declared = load_platform(f"tests.library.foreign.{name}")
    (cluster,) = declared.clusters
    return dataclasses.replace(declared, clusters=(dataclasses.replace(cluster, profile=profile),))


@functools.cache
def made(name: str, profile: Profile = "laptop") -> Synthesized:
    (result,) = synthesize(platform(name, profile))
    return result


def objects(name: str, profile: Profile = "laptop") -> list[dict[str, Any]]:
    return [dict(item) for items in made(name, profile).objects.values() for item in items]


def inventory(name: str, profile: Profile = "laptop") -> Inventory:
    return made(name, profile).estate.inventory


def workloads(name: str, profile: Profile = "laptop") -> list[Workload]:
    """Return the pods that a policy can be about."""
    return [one for one in inventory(name, profile).all() if not one.host_network]


def connections(result: Synthesized) -> set[tuple[Workload, Workload, int]]:
    """Return what flows between workloads, by declaration or because an object asks for it."""
    return {
        (flow.source, flow.target, flow.port)
        for flow in result.flows
        if isinstance(flow.source, Workload) and isinstance(flow.target, Workload) and flow.protocol == "TCP"
    }


def pod(workload: Workload) -> Pod:
    return Pod(workload.namespace, workload.name, dict(workload.labels), dict(workload.ports))


def namespaces(name: str, profile: Profile = "laptop") -> dict[str, dict[str, str]]:
    """Return the labels of each namespace, of those that are none of the platform's too."""
    own = {
        item["metadata"]["name"]: item["metadata"].get("labels", {})
        for item in objects(name, profile)
        if item["kind"] == "Namespace"
    }
    return {DNS.namespace: {}, STRANGER.namespace: {}, **own}


@functools.cache
def oracle(name: str, profile: Profile = "laptop") -> Oracle:
    return Oracle(
        [item for item in objects(name, profile) if item["kind"] in POLICIES],
        [*map(pod, workloads(name, profile)), pod(DNS), STRANGER],
        namespaces(name, profile),
    )
