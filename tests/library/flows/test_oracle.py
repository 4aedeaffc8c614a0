"""What the oracle answers, feature by feature."""

from __future__ import annotations

import pytest

from tests.flows.cases import (
    API,
    CASES,
    DB,
    DNS,
    HOST,
    NAMESPACES,
    NODE,
    PODS,
    PUBLIC,
    WEB,
    Case,
    manifest,
)
from tests.flows.errors import ManifestError
from tests.flows.oracle import Oracle
from tests.flows.peers import Address, Entity, Peer, Pod
from tests.flows.refusals import AMBIGUOUS, REFUSED_BY_THE_ORACLE


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    oracle = Oracle(case.manifests(), PODS, NAMESPACES)
    wrong = [oracle.explain(*question) for question in case.allowed if not oracle.allows(*question)]
    wrong += [oracle.explain(*question) for question in case.denied if oracle.allows(*question)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "text", [*AMBIGUOUS.values(), *REFUSED_BY_THE_ORACLE.values()], ids=[*AMBIGUOUS, *REFUSED_BY_THE_ORACLE]
)
def test_refuses(text: str) -> None:
    with pytest.raises(ManifestError, match=r"found .*; expected .*; hint: "):
        Oracle([manifest(text)], PODS, NAMESPACES)


def test_explains_with_the_rule_or_the_policy_that_isolates() -> None:
    policies = [
        manifest("NP apps/deny\npodSelector: {}\npolicyTypes: [Ingress, Egress]"),
        manifest(
            "CNP apps/web\nendpointSelector: {matchLabels: {app: web}}\negress: [{toEntities: [world]}]"
        ),
    ]
    oracle = Oracle(policies, PODS, NAMESPACES)
    assert oracle.explain(WEB, PUBLIC, 443) == (
        "apps/web -> 192.0.2.7 443/TCP: allowed\n"
        "  egress of apps/web: allowed: CiliumNetworkPolicy apps/web spec.egress[0]\n"
        "  ingress of 192.0.2.7: allowed: no policy selects what is no pod"
    )
    assert oracle.explain(API, DB, 5432, "UDP") == (
        "apps/api -> data/db 5432/UDP: denied\n"
        "  egress of apps/api: denied: isolated by NetworkPolicy apps/deny; no rule allows it\n"
        "  ingress of data/db: allowed: no policy isolates it"
    )


def test_says_that_a_proxy_reads_the_connection() -> None:
    policy = manifest(
        "CNP apps/p\nendpointSelector: {}\n"
        "egress: [{toPorts: [{ports: [{port: '53', protocol: UDP}], rules: {dns: [{matchPattern: '*'}]}}]}]"
    )
    oracle = Oracle([policy], PODS, NAMESPACES)
    assert oracle.verdict(WEB, DNS, 53, "UDP").egress.inspected
    assert "egress of apps/web: allowed, read by a proxy: " in oracle.explain(WEB, DNS, 53, "UDP")
    assert not oracle.verdict(DB, DNS, 53, "UDP").egress.inspected


def test_reads_spec_and_specs() -> None:
    both = manifest("CNP apps/p\nendpointSelector: {matchLabels: {app: web}}\ningress: [{}]")
    both["specs"] = [{"endpointSelector": {"matchLabels": {"app": "api"}}, "ingress": [{}]}]
    oracle = Oracle([both], PODS, NAMESPACES)
    assert [oracle.allows(DB, pod, 1) for pod in (WEB, API, DNS)] == [False, False, True]
    assert "CiliumNetworkPolicy apps/p specs[0]" in oracle.explain(DB, API, 1)


@pytest.mark.parametrize(
    ("source", "target", "port", "protocol"),
    [
        (Pod("apps", "gone"), WEB, 80, "TCP"),
        (HOST, NODE, 80, "TCP"),
        (Entity("cluster"), WEB, 80, "TCP"),
        (Address("2001:db8::1"), WEB, 80, "TCP"),
        (API, WEB, 0, "TCP"),
        (API, WEB, 65536, "TCP"),
        (API, WEB, 80, "tcp"),
    ],
)
def test_refuses_questions_without_an_answer(source: Peer, target: Peer, port: int, protocol: str) -> None:
    oracle = Oracle([], PODS, NAMESPACES)
    with pytest.raises(ManifestError):
        oracle.allows(source, target, port, protocol)


@pytest.mark.parametrize("pods", [(WEB, Pod("apps", "web")), (Pod("nowhere", "web"),)])
def test_refuses_pods_of_one_name_and_unknown_namespaces(pods: tuple[Pod, ...]) -> None:
    with pytest.raises(ManifestError):
        Oracle([], pods, NAMESPACES).allows(pods[0], PUBLIC, 1)


def test_finds_a_pod_by_its_name() -> None:
    policy = manifest("NP apps/p\npodSelector: {matchLabels: {app: web}}\npolicyTypes: [Ingress]")
    oracle = Oracle([policy], PODS, NAMESPACES)
    assert not oracle.allows(DB, Pod("apps", "web"), 8080)
