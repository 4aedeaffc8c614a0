from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from platform_stack import Context
from platform_stack.estate import Estate
from platform_stack.integrations import kong

if TYPE_CHECKING:
    from platform_stack import Finding, Platform


def made(kind: str, name: str, namespace: str = "", plugins: str = "") -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if plugins:
        metadata["annotations"] = {"konghq.com/plugins": plugins}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


def undeclared(platform: Platform, objects: dict[str, list[dict[str, Any]]]) -> tuple[Finding, ...]:
    estate = Estate(Context(platform, platform.clusters[0]), objects)
    return kong.gateway().finds(estate, platform.members[0])


DECLARED = {
    "a": [made("KongClusterPlugin", "basic-auth"), made("KongPlugin", "rate-limit", "b")],
}


@pytest.mark.parametrize(
    ("plugins", "refused"),
    [
        ("basic-auth", []),
        ("basic-auth, rate-limit", []),
        ("basic-auht", ["basic-auht"]),
        ("basic-auth,key-auth,nothing", ["key-auth", "nothing"]),
        ("a:rate-limit", []),  # another namespace's, by a ReferenceGrant
    ],
)
@pytest.mark.parametrize("kind", ["Ingress", "Service", "HTTPRoute"])
def test_a_plugin_is_declared(platform: Platform, kind: str, plugins: str, refused: list[str]) -> None:
    found = undeclared(platform, {**DECLARED, "b": [made(kind, "web", "b", plugins)]})
    assert [each.found for each in found] == [f"{name!r}, which nobody declares" for name in refused]
    assert all(f"{kind} b/web: plugins" in each.where for each in found)


def test_a_plugin_of_another_namespace_is_not_for_this_one(platform: Platform) -> None:
    (finding,) = undeclared(platform, {**DECLARED, "c": [made("Ingress", "web", "c", "rate-limit")]})
    assert finding.found == "'rate-limit', which nobody declares"
