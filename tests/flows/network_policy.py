"""Reads NetworkPolicies (networking.k8s.io/v1) into rules.

What the fields mean: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from .errors import expect_keys, expect_list, expect_text, fail
from .peers import NAMESPACE, NAMESPACE_LABELS
from .rules import ANY_PORT, PROTOCOLS, Direction, LabelMatch, PeerMatch, Policy, PortMatch, PrefixMatch, Rule
from .selectors import equals, exists, parse_selector

if TYPE_CHECKING:
    from collections.abc import Mapping

# RFC 6335 and the API server: up to 15 lower-case characters, at least one of them a letter.
_PORT_NAME = re.compile(r"(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")


def parse_network_policy(where: str, namespace: str, manifest: Mapping[str, object]) -> Policy:
    """Read the spec of one NetworkPolicy.

    Raise a ManifestError for unknown fields, and for rules of a direction that policyTypes leaves out: Kubernetes
    ignores them, Cilium enforces them.
    """
    spec = expect_keys(
        f"{where} spec", manifest.get("spec"), {"podSelector", "policyTypes", "ingress", "egress"}
    )
    if "podSelector" not in spec:
        fail(
            f"{where} spec",
            sorted(spec),
            "podSelector",
            "`podSelector: {}` selects all pods of the namespace",
        )
    types = expect_list(f"{where} policyTypes", spec.get("policyTypes"))
    for one in types:
        if one not in {"Ingress", "Egress"}:
            fail(f"{where} policyTypes", one, "Ingress or Egress", "the API server refuses others")
    directions = {}
    for name, kind, peers_field in (("ingress", "Ingress", "from"), ("egress", "Egress", "to")):
        entries = expect_list(f"{where} {name}", spec.get(name, []))
        if entries and kind not in types:
            fail(
                f"{where} policyTypes",
                types,
                kind,
                f"it has {name} rules; name every direction that is meant",
            )
        rules = tuple(
            _parse_rule(f"{where} {name}[{i}]", namespace, entry, peers_field)
            for i, entry in enumerate(entries)
        )
        directions[name] = Direction(isolates=True, rules=rules) if kind in types else None
    subject = parse_selector(f"{where} podSelector", spec["podSelector"], _own).and_also(
        equals(NAMESPACE, namespace)
    )
    return Policy(where, subject, directions["ingress"], directions["egress"])


def is_port_name(text: str) -> bool:
    """Return whether the text can be the name of a port; `80` can not."""
    return _PORT_NAME.fullmatch(text) is not None


def parse_prefix(where: str, text: object) -> IPv4Network:
    """Read an IPv4 prefix; raise a ManifestError for anything else."""
    try:
        return IPv4Network(expect_text(where, text))
    except ValueError:
        fail(where, text, "an IPv4 prefix without host bits, like 10.0.0.0/8", "only IPv4 is judged")


def _parse_rule(where: str, namespace: str, manifest: object, peers_field: str) -> Rule:
    found = expect_keys(where, manifest, {peers_field, "ports"})
    peers = expect_list(f"{where}.{peers_field}", found.get(peers_field, []))
    ports = expect_list(f"{where}.ports", found.get("ports", []))
    return Rule(
        where,
        tuple(_parse_peer(f"{where}.{peers_field}[{i}]", namespace, peer) for i, peer in enumerate(peers))
        or None,
        tuple(_parse_port(f"{where}.ports[{i}]", port) for i, port in enumerate(ports)) or None,
    )


def _parse_peer(where: str, namespace: str, manifest: object) -> PeerMatch:
    found = expect_keys(where, manifest, {"podSelector", "namespaceSelector", "ipBlock"})
    if "ipBlock" in found:
        if len(found) > 1:
            fail(where, sorted(found), "ipBlock alone", "the API server refuses a mixture")
        block = expect_keys(f"{where}.ipBlock", found["ipBlock"], {"cidr", "except"})
        excluded = expect_list(f"{where}.except", block.get("except", []))
        return PrefixMatch(
            parse_prefix(f"{where}.cidr", block.get("cidr")),
            tuple(parse_prefix(f"{where}.except", text) for text in excluded),
        )
    if not found:
        fail(
            where, found, "podSelector, namespaceSelector or ipBlock", "the API server refuses an empty peer"
        )
    pods = parse_selector(f"{where}.podSelector", found.get("podSelector", {}), _own)
    if "namespaceSelector" not in found:
        return LabelMatch(pods.and_also(equals(NAMESPACE, namespace)))
    namespaces = parse_selector(f"{where}.namespaceSelector", found["namespaceSelector"], _of_namespace)
    asked = (*namespaces.requirements, *pods.requirements)
    if namespaces.requirements and all(one.operator in {"NotIn", "DoesNotExist"} for one in asked):
        # Kubernetes means pods of such namespaces; Cilium finds the key missing on nodes and the world as well.
        fail(
            where,
            found["namespaceSelector"],
            "matchLabels, In or Exists too",
            "as it is, Cilium lets the world in",
        )
    # Every pod has a namespace and nothing else has: with it, a selector without keys leaves entities out.
    return LabelMatch(namespaces.and_also(*pods.requirements, exists(NAMESPACE)))


def _parse_port(where: str, manifest: object) -> PortMatch:
    found = expect_keys(where, manifest, {"port", "endPort", "protocol"})
    protocol = found.get("protocol", "TCP")
    if protocol not in PROTOCOLS:
        fail(f"{where}.protocol", protocol, "TCP, UDP or SCTP", "in capitals")
    port, end = found.get("port"), found.get("endPort")
    first, last, name = *ANY_PORT, None
    match port, end:
        case None, None:
            pass
        case int(), None:
            first, last = port, port
        case int(), int() if end >= port:
            first, last = port, end
        case str(), None if is_port_name(port):
            name = port
        case _:
            expected = "a number, a range or the name of a port"
            fail(where, f"port {port!r}, endPort {end!r}", expected, "numbers are not text here")
    return PortMatch(frozenset({str(protocol)}), first, last, name)


def _own(key: str) -> str:
    return f"k8s:{key}"


def _of_namespace(key: str) -> str:
    return f"{NAMESPACE_LABELS}{key}"
