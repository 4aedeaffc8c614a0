"""A namespace outside the mesh says why."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from platform_stack import Application, Context, Namespace, Platform, Sidecar
from platform_stack.checks.mesh import reason_outside_mesh
from platform_stack.estate import Estate
from platform_stack.integrations.istio import mesh

if TYPE_CHECKING:
    from platform_stack import Cluster

MESH = Application(
    name="mesh",
    namespaces=(Namespace(name="mesh", outside_mesh_because="it is the mesh"),),
    roles=(mesh(sidecar=Sidecar(cpu="1m", memory="1Mi", known_idle="1Mi")),),
)
WEB = Application(name="web", namespaces=(Namespace(name="web"),))


def found(cluster: Cluster, *applications: Application) -> list[str]:
    platform = Platform(applications=applications, clusters=(cluster,))
    return [one.where for one in reason_outside_mesh(Estate(Context(platform, cluster), {}))]


def test_without_a_reason_it_is_named(cluster: Cluster) -> None:
    (where,) = found(cluster, MESH, WEB)
    assert where.endswith("application 'web': namespace 'web': mesh")


def test_in_the_mesh_or_with_a_reason_it_is_fine(cluster: Cluster) -> None:
    for namespace in (
        Namespace(name="web", mesh=True),
        Namespace(name="web", outside_mesh_because="it is public"),
    ):
        assert found(cluster, MESH, dataclasses.replace(WEB, namespaces=(namespace,))) == []


def test_without_a_mesh_nobody_is_asked(cluster: Cluster) -> None:
    assert found(cluster, WEB) == []
