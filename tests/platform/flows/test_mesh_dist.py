"""The real dist/: a pod in the mesh lets in whom a flow was declared for, and nobody else."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from platform_stack.network.table import rows
from tests.flows.dist import declared, made, oracle, pod, workloads
from tests.flows.mesh_members import members
from tests.flows.mesh_oracle import Member, MeshOracle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack import Profile
    from platform_stack.network.pods import Workload


FOREIGN = Member("tenant", "stranger")
"""In the mesh, with an identity that nobody has declared anything for."""


@functools.cache
def mesh(profile: Profile) -> tuple[MeshOracle, dict[tuple[str, str], Member]]:
    result, *_ = made(profile)
    everything = [item for items in result.objects.values() for item in items]
    return MeshOracle(everything), members(everything)


def servers(profile: Profile) -> Iterator[tuple[Workload, Member, int]]:
    """Yield each workload in the mesh with each port at which its sidecar asks who comes."""
    _, known = mesh(profile)
    for workload in workloads(profile):
        server = known.get((workload.namespace, workload.name))
        if server is not None:
            for port in {*workload.numbers, 9999}:
                if server.intercepts(port):
                    yield workload, server, port


def test_network_and_mesh_together_let_in_what_is_declared_and_nothing_else(profile: Profile) -> None:
    judge, known = mesh(profile)
    found = list(servers(profile))
    wrong = []
    for target, server, port in found:
        for source in workloads(profile):
            client = known.get((source.namespace, source.name))
            if source == target:
                continue  # a pod reaches itself over its loopback
            allowed = judge.admits(client, server, port) and oracle(profile).allows(
                pod(source), pod(target), port
            )
            if allowed != declared(profile, source, target, port):
                wrong.append(f"{source.name} -> {target.name}:{port}")
    assert wrong == []


def test_who_has_an_identity_is_let_in_by_it_even_where_the_network_would_let_everybody(
    profile: Profile,
) -> None:
    judge, known = mesh(profile)
    for target, server, port in servers(profile):
        for source in workloads(profile):
            client = known.get((source.namespace, source.name))
            if client is not None and source != target:
                assert judge.admits(client, server, port) == declared(profile, source, target, port), (
                    source.name,
                    target.name,
                    port,
                )


def test_plain_text_reaches_the_ports_that_somebody_outside_the_mesh_was_given(profile: Profile) -> None:
    judge, known = mesh(profile)
    outside = [one for one in workloads(profile) if (one.namespace, one.name) not in known]
    for target, server, port in servers(profile):
        expected = any(declared(profile, source, target, port) for source in outside)
        assert judge.admits(None, server, port) == expected, (target.name, port)
        assert judge.mode(server, port) == ("PERMISSIVE" if expected else "STRICT"), (target.name, port)


def test_the_table_says_mutual_tls_where_both_sides_are_in_the_mesh_and_nowhere_else(
    profile: Profile,
) -> None:
    _, known = mesh(profile)
    names = {"/".join(key): server for key, server in known.items()} | {"every pod in the mesh": FOREIGN}
    *_, flows = made(profile)
    found = rows(flows)
    for row in found:
        target = names.get(row.target)
        port, _, protocol = row.port.partition("/")
        asks = target is not None and protocol == "TCP" and target.intercepts(int(port))
        if row.protection != "TLS":
            assert (row.protection == "mTLS") == (asks and row.source in names), row
