"""What is in the mesh, and why something is not."""

from __future__ import annotations

from apps.__main__ import PLATFORM
from platform_stack.synth import synthesize


def test_every_namespace_is_in_the_mesh_or_says_why_not() -> None:
    silent = [
        namespace.name
        for member in PLATFORM.members
        for namespace in member.namespaces
        if namespace.mesh == bool(namespace.outside_mesh_because)
    ]
    assert silent == []


def test_the_mesh_is_strict_everywhere() -> None:
    (made,) = synthesize(PLATFORM)
    found = [
        item for items in made.objects.values() for item in items if item["kind"] == "PeerAuthentication"
    ]
    assert [(item["metadata"]["namespace"], item["spec"]) for item in found] == [
        ("istio-system", {"mtls": {"mode": "STRICT"}})
    ]


def test_the_gateway_is_in_the_mesh() -> None:
    assert [
        namespace.name for member in PLATFORM.members for namespace in member.namespaces if namespace.mesh
    ] == ["kong"]
