"""Memory limits of the platform: above what is known of the programs, and with room for what Go does not count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from apps.__main__ import PLATFORM
from platform_stack.kubernetes import POD_MAKERS, pod_template
from platform_stack.model.cluster import PROFILES
from platform_stack.quantity import quantity
from platform_stack.recorded import reference_context, releases
from tests.described import made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack import Profile

MIB = 2**20

PEAK = {"kyverno-admission-controller": 282}
"""Highest working set that was measured of a pod, in MiB, where that is not its idle one: at the boot of the whole
platform on real nodes."""

WHOLE_LIMIT = {
    "kube-system/cilium/cilium-agent": "the chart sets it, from no value",
    "istio-system/istio-cni-node/install-cni": "the chart sets it, from no value",
    "istio-system/istiod/discovery": "the chart sets it, from no value",
    "monitoring/grafana/grafana": "the chart sets it; our command sets it anew, lower",
    "sealed-secrets/sealed-secrets-controller/controller": "the chart sets it, from no value",
}
"""Containers whose GOMEMLIMIT is their whole memory limit, and why."""


def containers(profile: Profile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each container that a chart makes, under namespace/workload/name."""
    for release in releases(PLATFORM, reference_context(PLATFORM, profile)):
        for item in release.objects:
            if item["kind"] in POD_MAKERS:
                pod = pod_template(item)["spec"]
                where = f"{item['metadata'].get('namespace', '')}/{item['metadata']['name']}"
                for container in pod.get("initContainers", []) + pod["containers"]:
                    yield f"{where}/{container['name']}", container


@pytest.mark.parametrize("profile", PROFILES)
def test_a_limit_is_twice_what_the_program_is_known_to_take(profile: Profile) -> None:
    limits: dict[str, int] = {}
    for items in made(profile).objects.values():
        for item in items:
            if item["kind"] in POD_MAKERS:
                found = [
                    quantity(container.get("resources", {}).get("limits", {}).get("memory", 0))
                    for container in pod_template(item)["spec"]["containers"]
                ]
                limits[item["metadata"]["name"]] = int(sum(found)) // MIB
    known = {
        one.name: max(map(int, re.findall(r"\d+", one.known_idle)))
        for one in made(profile).estate.budget
        if one.known_idle and one.name in limits
    }
    known |= PEAK
    assert len(known) >= 12
    assert {name: (limits[name], of) for name, of in known.items() if limits[name] < 2 * of} == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_who_gives_all_the_memory_to_gos_collector_is_known(profile: Profile) -> None:
    whole = {
        name
        for name, container in containers(profile)
        for variable in container.get("env", ())
        if variable["name"] == "GOMEMLIMIT"
        and variable.get("valueFrom", {}).get("resourceFieldRef", {}).get("resource") == "limits.memory"
    }
    assert whole == set(WHOLE_LIMIT)


def test_grafanas_own_command_gives_its_collector_less() -> None:
    (stack,) = [
        one
        for one in releases(PLATFORM, reference_context(PLATFORM, "laptop"))
        if one.chart.name == "kube-prometheus-stack"
    ]
    values = stack.values["grafana"]
    (found,) = re.findall(r"^GOMEMLIMIT=(\d+Mi)B exec /run\.sh$", values["command"][-1])
    assert quantity(found) <= quantity(values["resources"]["limits"]["memory"]) * 9 / 10


@pytest.mark.parametrize("gibibytes", [2, 8, 16, 64, 256])
def test_ciliums_maps_take_the_same_on_every_machine(gibibytes: int) -> None:
    """The arithmetic of pkg/option/config.go and the maps' entries at Cilium 1.18.3.

    The kernel allocates an LRU map as a whole, and charges it to the agent's cgroup: 48 bytes an entry with key and
    value, each in steps of 8, and 16 a bucket. A kernel 6.18 accounts exactly these sums.
    """
    (cilium,) = [
        one for one in releases(PLATFORM, reference_context(PLATFORM, "laptop")) if one.chart.name == "cilium"
    ]
    assert cilium.chart.version == "1.18.3", "read the sizes again, in pkg/option and the maps' packages"
    ratio = cilium.values["bpf"]["mapDynamicSizeRatio"]
    # entries by default, their minimum; bytes for which the agent plans (IPv6), key and value (IPv4)
    maps = {
        "connections, TCP": (1 << 19, 1 << 17, 94, 14, 56),
        "connections, others": (1 << 18, 1 << 16, 94, 14, 56),
        "NAT": (1 << 19, 1 << 17, 94, 14, 40),
        "neighbours": (1 << 19, 1 << 17, 24, 4, 8),
        "reverse NAT at the socket": (1 << 18, 1 << 16, 52, 16, 8),
    }
    planned = sum(default * size for default, _, size, _, _ in maps.values())
    total = 0
    for default, least, _, key, value in maps.values():
        entries = max(least, default * int(gibibytes * 2**30 * ratio) // planned)
        buckets = 1 << (entries - 1).bit_length()
        total += entries * (48 + -(-key // 8) * 8 + -(-value // 8) * 8) + 16 * buckets
    assert total // MIB == 56
    assert total <= quantity(cilium.values["resources"]["limits"]["memory"]) / 8
