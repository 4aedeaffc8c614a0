"""The mesh of dist/: what is open to whom, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.flows.dist import STRANGER, oracle, pod
from tests.flows.peers import Pod
from tests.platform.flows.test_mesh_dist import FOREIGN, mesh, servers

if TYPE_CHECKING:
    from platform_stack import Profile


def test_a_stranger_in_the_mesh_may_send_traces_and_nothing_else(profile: Profile) -> None:
    judge, _ = mesh(profile)
    admitted = {
        (target.name, port)
        for target, server, port in servers(profile)
        if judge.admits(FOREIGN, server, port)
    }
    assert admitted == {("tempo", 4317)}
    tempo = next(pod(target) for target, _, port in servers(profile) if target.name == "tempo")
    assert not oracle(profile).allows(STRANGER, tempo, 4317)  # its namespace is not in the mesh
    assert not oracle(profile).allows(Pod(STRANGER.namespace, STRANGER.name), tempo, 3200)


def test_plain_text_reaches_only_these(profile: Profile) -> None:
    judge, _ = mesh(profile)
    assert {
        (target.name, port) for target, server, port in servers(profile) if judge.admits(None, server, port)
    } == {
        ("jaeger", 8888),  # Prometheus
        ("jaeger", 16686),  # Grafana
        ("jaeger-tempo-bridge", 17270),  # Prometheus
        ("tempo", 3200),  # both
    }
