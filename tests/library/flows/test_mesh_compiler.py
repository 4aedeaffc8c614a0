"""For random platforms: a sidecar lets in whom a flow was declared for, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings

from platform_stack import Application, Context, Namespace, Platform
from platform_stack.model.flow import Entity, Everything, Flow, Pods
from tests.flows.mesh_oracle import Member
from tests.flows.platforms import CLUSTER, MESH, PORTS, Made, Objects, always, deployment, platforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.flows.platforms import Workload


def asked(made: Made) -> Iterator[tuple[Workload, Member, int]]:
    """Yield each port at which a sidecar asks who comes."""
    for target, server in made.members.items():
        for port in PORTS:
            if server.intercepts(port):
                yield target, server, port


@settings(max_examples=150)
@given(platforms())
def test_an_identity_is_let_in_if_and_only_if_one_of_its_pods_may_come(made: Made) -> None:
    judge, known = made.mesh(), made.members
    for target, server, port in asked(made):
        for client in known.values():
            # Pods with one service account are one to the mesh; the network tells them apart.
            alike = [one for one, member in known.items() if member.identity == client.identity]
            expected = any(made.allows(one, target, port) for one in alike)
            assert judge.admits(client, server, port) == expected, (client, target, port)


@settings(max_examples=150)
@given(platforms())
def test_plain_text_is_let_in_where_somebody_without_an_identity_may_come(made: Made) -> None:
    judge, known = made.mesh(), made.members
    for target, server, port in asked(made):
        outside = {
            source
            for source, wanted, number in made.declared
            if (wanted, number) == (target, port) and source not in known and source is not Entity.MESH
        }
        assert judge.admits(None, server, port) == bool(outside), (outside, target, port)
        assert judge.mode(server, port) == ("PERMISSIVE" if outside else "STRICT"), (outside, target, port)


@settings(max_examples=150)
@given(platforms())
def test_network_and_mesh_together_let_in_what_is_declared(made: Made) -> None:
    network, judge, known = made.oracle(), made.mesh(), made.members
    for target, pod in made.pods.items():
        for source, client in made.pods.items():
            for port in PORTS:
                through = target not in known or judge.admits(known.get(source), known[target], port)
                assert (through and network.allows(client, pod, port)) == made.allows(source, target, port)


def one_namespace(objects: Objects, *flows: Flow) -> Made:
    """Return the platform of one application in the mesh, beside another one in it without known pods."""
    applications = tuple(
        Application(name=name, namespaces=(Namespace(name=name, mesh=True),), flows=always(declared))
        for name, declared in (("web", flows), ("team", ()))
    )
    platform = Platform(applications=(*applications, MESH), clusters=(CLUSTER,))
    return Made(Context(platform, CLUSTER), objects, {}, frozenset())


def test_every_pod_of_a_namespace_is_every_service_account_of_it() -> None:
    store = Pods(workloads=("store",))
    made = one_namespace(
        {"web": [deployment("web", "store")], "team": []},
        Flow(source=Everything(namespace="web"), target=store, ports=(80,), because="keeps its data there"),
    )
    judge, server = made.mesh(), made.members["web", "store"]
    assert judge.admits(Member("web", "whoever"), server, 80)
    assert not judge.admits(Member("web", "whoever"), server, 8080)
    assert not judge.admits(Member("team", "whoever"), server, 80)
    assert not judge.admits(None, server, 80)


def test_beside_known_pods_the_others_of_the_namespace_get_what_is_declared() -> None:
    made = one_namespace(
        {"web": [deployment("web", "store")], "team": []},
        Flow(source=Pods(), target=Everything(namespace="web"), ports=(80,), because="asks its helpers"),
    )
    judge, helper = made.mesh(), Member("web", "helper", {"app": "helper"})
    assert judge.admits(made.members["web", "store"], helper, 80)
    assert not judge.admits(made.members["web", "store"], helper, 8080)
    assert not judge.admits(Member("team", "whoever"), helper, 80)


def test_a_namespace_without_known_pods_is_left_to_the_network_policies() -> None:
    judge = one_namespace({"web": [deployment("web", "store")], "team": []}).mesh()
    stranger, known = Member("team", "a"), Member("team", "b")
    assert judge.admits(stranger, known, 80)
    assert not judge.admits(None, known, 80)
    assert not judge.admits(stranger, Member("web", "default", {"app": "store"}), 80)
