"""What the mesh's oracle answers, feature by feature."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.errors import ManifestError
from tests.flows.mesh_oracle import ROOT_NAMESPACE, Member, MeshOracle

WEB = Member("apps", "web", {"app": "web"})
API = Member("apps", "api", {"app": "api"})
DB = Member("data", "db", {"app": "db"})
PLAIN = None


def policy(namespace: str, **spec: object) -> dict[str, Any]:
    return manifest("AuthorizationPolicy", namespace, spec)


def mode(namespace: str, **spec: object) -> dict[str, Any]:
    return manifest("PeerAuthentication", namespace, spec)


def manifest(kind: str, namespace: str, spec: dict[str, object]) -> dict[str, Any]:
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": kind,
        "metadata": {"name": "p", "namespace": namespace},
        "spec": spec,
    }


def selects(app: str) -> dict[str, Any]:
    return {"selector": {"matchLabels": {"app": app}}}


STRICT = mode(ROOT_NAMESPACE, mtls={"mode": "STRICT"})


def test_without_policies_everything_passes() -> None:
    oracle = MeshOracle([{"kind": "Service"}])
    assert oracle.admits(PLAIN, DB, 5432)
    assert oracle.admits(WEB, DB, 5432)


def test_strict_asks_for_an_identity() -> None:
    oracle = MeshOracle([STRICT])
    assert oracle.admits(WEB, DB, 5432)
    assert not oracle.admits(PLAIN, DB, 5432)


def test_the_narrower_mode_counts() -> None:
    oracle = MeshOracle(
        [
            STRICT,
            mode("data", mtls={"mode": "PERMISSIVE"}),
            mode(
                "data", **selects("db"), mtls={"mode": "STRICT"}, portLevelMtls={"9090": {"mode": "DISABLE"}}
            ),
            mode("apps", **selects("web"), portLevelMtls={"80": {"mode": "PERMISSIVE"}}),
        ]
    )
    other = Member("data", "other", {"app": "other"})
    assert [oracle.mode(server, port) for server, port in ((other, 1), (DB, 1), (DB, 9090))] == [
        "PERMISSIVE",
        "STRICT",
        "DISABLE",
    ]
    # What says nothing of other ports inherits.
    assert [oracle.mode(WEB, port) for port in (80, 81)] == ["PERMISSIVE", "STRICT"]


def test_a_policy_without_rules_lets_nobody_in_and_one_with_an_empty_rule_everybody() -> None:
    assert not MeshOracle([policy("data")]).admits(WEB, DB, 1)
    assert MeshOracle([policy("data", rules=[{}])]).admits(PLAIN, DB, 1)
    assert MeshOracle([policy("data")]).admits(DB, WEB, 1)


def test_policies_of_the_root_namespace_hold_everywhere_and_others_in_their_own() -> None:
    oracle = MeshOracle([policy(ROOT_NAMESPACE), policy("apps", **selects("web"), rules=[{}])])
    assert oracle.admits(DB, WEB, 1)
    assert not oracle.admits(DB, API, 1)
    assert not oracle.admits(WEB, DB, 1)


@pytest.mark.parametrize(
    ("source", "admitted"),
    [
        ({"principals": ["cluster.local/ns/apps/sa/web"]}, [WEB]),
        ({"principals": ["cluster.local/ns/apps/*"]}, [WEB, API]),
        ({"principals": ["*/sa/db"]}, [DB]),
        ({"principals": ["*"]}, [WEB, API, DB]),
        ({"notPrincipals": ["*"]}, [PLAIN]),
        ({"notPrincipals": ["cluster.local/ns/apps/sa/web"]}, [API, DB, PLAIN]),
        ({"namespaces": ["apps"]}, [WEB, API]),
        ({"notNamespaces": ["apps"]}, [DB, PLAIN]),
        ({"namespaces": ["apps"], "notPrincipals": ["*/sa/web"]}, [API]),
    ],
)
def test_sources(source: dict[str, list[str]], admitted: list[Member | None]) -> None:
    oracle = MeshOracle([policy("data", rules=[{"from": [{"source": source}]}])])
    assert [one for one in (WEB, API, DB, PLAIN) if oracle.admits(one, DB, 1)] == admitted


def test_a_rule_needs_a_source_and_an_operation_of_several_each() -> None:
    rule = {
        "from": [{"source": {"namespaces": ["apps"]}}, {"source": {"principals": ["*/sa/db"]}}],
        "to": [{"operation": {"ports": ["80"]}}, {"operation": {"notPorts": ["80", "81"]}}],
    }
    oracle = MeshOracle([policy("data", rules=[rule])])
    assert [port for port in (80, 81, 82) if oracle.admits(WEB, DB, port)] == [80, 82]
    assert not oracle.admits(PLAIN, DB, 80)


def test_deny_counts_more_than_allow() -> None:
    denies = policy("data", action="DENY", rules=[{"to": [{"operation": {"ports": ["1"]}}]}])
    oracle = MeshOracle([policy("data", rules=[{}]), denies])
    assert [oracle.admits(WEB, DB, port) for port in (1, 2)] == [False, True]


def test_a_disabled_port_sees_no_identity() -> None:
    plain = mode("data", **selects("db"), portLevelMtls={"1": {"mode": "DISABLE"}})
    oracle = MeshOracle([plain, policy("data", rules=[{"from": [{"source": {"principals": ["*"]}}]}])])
    assert [oracle.admits(WEB, DB, port) for port in (1, 2)] == [False, True]


@pytest.mark.parametrize(
    ("annotations", "judged"),
    [
        ({}, [80, 81]),
        ({"includeInboundPorts": ""}, []),
        ({"includeInboundPorts": "80,443"}, [80]),
        ({"excludeInboundPorts": "80"}, [81]),
    ],
)
def test_what_is_not_intercepted_is_not_judged(annotations: dict[str, str], judged: list[int]) -> None:
    server = Member(
        "data", "db", {}, {f"traffic.sidecar.istio.io/{key}": value for key, value in annotations.items()}
    )
    oracle = MeshOracle([STRICT, policy("data")])
    assert [port for port in (80, 81, 15020, 15021, 15090) if not oracle.admits(WEB, server, port)] == judged


@pytest.mark.parametrize(
    "refused",
    [
        policy("data", rules=[{"to": [{"operation": {"methods": ["GET"]}}]}]),
        policy("data", rules=[{"from": [{"source": {"ipBlocks": ["10.0.0.0/8"]}}]}]),
        policy("data", rules=[{"when": [{"key": "source.ip"}]}]),
        policy("data", action="CUSTOM"),
        policy("data", action="allow"),
        policy("data", selector={"app": "db"}),
        mode("data", mtls={"mode": "strict"}),
        mode("data", portLevelMtls={"80": {"mode": "STRICT"}}),
        {**mode("data"), "apiVersion": "security.istio.io/v1beta1"},
    ],
)
def test_refuses(refused: dict[str, Any]) -> None:
    with pytest.raises(ManifestError):
        MeshOracle([refused])


def test_refuses_two_modes_of_one_scope() -> None:
    with pytest.raises(ManifestError, match="one of a scope"):
        MeshOracle([STRICT, STRICT]).admits(WEB, DB, 1)
