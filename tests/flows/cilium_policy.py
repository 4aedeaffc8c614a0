"""Reads CiliumNetworkPolicies and CiliumClusterwideNetworkPolicies (cilium.io/v2) into rules.

What the fields mean: https://docs.cilium.io/en/v1.18/security/policy/language/. Refused, because they are not
judged: nodeSelector (the host firewall), fromRequires, fromNodes, toNodes, toServices, toGroups, CIDR groups,
authentication, and TLS fields of toPorts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import expect_keys, expect_list, expect_text, fail
from .network_policy import is_port_name, parse_prefix
from .peers import CLUSTER, CLUSTER_NAME, NAMESPACE, NAMESPACE_LABELS
from .rules import (
    ANY_PORT,
    PROTOCOLS,
    Direction,
    LabelMatch,
    NameMatch,
    PeerMatch,
    Policy,
    PortMatch,
    PrefixMatch,
    Rule,
)
from .selectors import SOURCES, Selector, equals, exists, parse_selector

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLUSTER_ENTITIES = ("host", "remote-node", "init", "ingress", "health", "unmanaged", "kube-apiserver")
_ENTITIES = {
    **{name: (Selector((exists(f"reserved:{name}"),)),) for name in (*_CLUSTER_ENTITIES, "world")},
    "cluster": (
        *(Selector((exists(f"reserved:{name}"),)) for name in _CLUSTER_ENTITIES),
        Selector((equals(CLUSTER, CLUSTER_NAME),)),
    ),
    "all": (Selector(),),
    "none": (Selector((exists("reserved:none"),)),),
}
_PEER_FIELDS = {
    "ingress": {"fromEndpoints", "fromEntities", "fromCIDR", "fromCIDRSet"},
    "egress": {"toEndpoints", "toEntities", "toCIDR", "toCIDRSet", "toFQDNs"},
    "ingressDeny": {"fromEndpoints", "fromEntities", "fromCIDR", "fromCIDRSet"},
    "egressDeny": {"toEndpoints", "toEntities", "toCIDR", "toCIDRSet"},
}
_SPEC_FIELDS = {"endpointSelector", "enableDefaultDeny", "description", *_PEER_FIELDS}


def parse_cilium_policy(where: str, namespace: str | None, manifest: Mapping[str, object]) -> list[Policy]:
    """Read `spec` and `specs` of one policy, clusterwide if `namespace` is None; raise a ManifestError."""
    specs = [(f"{where} spec", manifest["spec"])] if "spec" in manifest else []
    for index, spec in enumerate(expect_list(f"{where} specs", manifest.get("specs", []))):
        specs.append((f"{where} specs[{index}]", spec))
    if not specs:
        fail(where, sorted(manifest), "spec or specs", "a policy without either is refused")
    return [_parse_spec(spec_where, namespace, spec) for spec_where, spec in specs]


def _parse_spec(where: str, namespace: str | None, manifest: object) -> Policy:
    spec = expect_keys(where, manifest, _SPEC_FIELDS)
    if "endpointSelector" not in spec:
        fail(where, sorted(spec), "endpointSelector", "nodeSelector is not judged")
    if not any(spec.get(name) for name in _PEER_FIELDS):
        fail(where, sorted(spec), "ingress, egress, ingressDeny or egressDeny", "`ingress: [{}]` denies all")
    subject = parse_selector(f"{where}.endpointSelector", spec["endpointSelector"], _qualify)
    if namespace is not None:
        subject = subject.and_also(equals(NAMESPACE, namespace))
    isolates = expect_keys(
        f"{where}.enableDefaultDeny", spec.get("enableDefaultDeny", {}), {"ingress", "egress"}
    )
    for name, value in isolates.items():
        if not isinstance(value, bool):
            fail(f"{where}.enableDefaultDeny.{name}", value, "true or false", "without quotes")
    directions = {}
    for name in ("ingress", "egress"):
        rules: list[Rule] = []
        for list_name in (name, f"{name}Deny"):
            for index, entry in enumerate(expect_list(f"{where}.{list_name}", spec.get(list_name, []))):
                rules += _parse_rule(f"{where}.{list_name}[{index}]", list_name, namespace, entry)
        said = bool(spec.get(name) or spec.get(f"{name}Deny"))
        directions[name] = Direction(bool(isolates.get(name, True)), tuple(rules)) if said else None
    return Policy(where, subject, directions["ingress"], directions["egress"])


def _parse_rule(where: str, list_name: str, namespace: str | None, manifest: object) -> list[Rule]:
    fields = _PEER_FIELDS[list_name]
    found = expect_keys(where, manifest, {*fields, "toPorts", "icmps"})
    denies = list_name.endswith("Deny")
    named = sorted(fields & set(found))
    if len(named) > 1:
        fail(where, named, "one kind of peer", "write one rule for each kind")
    peers = _parse_peers(f"{where}.{named[0]}", namespace, found[named[0]]) if named else None
    if found.get("icmps"):
        if found.get("toPorts"):
            fail(where, "icmps and toPorts", "one of both", "write two rules")
        # Such a rule is about ICMP alone, and ICMP is not judged.
        return []
    entries = expect_list(f"{where}.toPorts", found.get("toPorts", []))
    if not entries:
        # Nobody is named and no port: the rule allows nothing, it only isolates.
        return [Rule(where, () if peers is None else peers, None, denies)]
    return [
        _parse_ports(f"{where}.toPorts[{i}]", peers, entry, denies=denies) for i, entry in enumerate(entries)
    ]


def _parse_peers(where: str, namespace: str | None, manifest: object) -> tuple[PeerMatch, ...]:
    entries = expect_list(where, manifest)
    if not entries:
        # For the engine it is nobody in most fields and everybody in toFQDNs.
        fail(where, entries, "a peer", "leave the field out to mean every peer")
    kind = where.rpartition(".")[2].removeprefix("from").removeprefix("to")
    peers: list[PeerMatch] = []
    for index, entry in enumerate(entries):
        here = f"{where}[{index}]"
        match kind:
            case "Endpoints":
                peers.append(LabelMatch(_parse_endpoints(here, namespace, entry)))
            case "Entities":
                if entry not in _ENTITIES:
                    fail(here, entry, f"one of {', '.join(_ENTITIES)}", "see the policy language")
                peers += [LabelMatch(selector) for selector in _ENTITIES[str(entry)]]
            case "CIDR":
                peers.append(PrefixMatch(parse_prefix(here, entry)))
            case "CIDRSet":
                peers.append(_parse_prefix_set(here, entry))
            case "FQDNs":
                peers.append(_parse_name(here, entry))
    return tuple(peers)


def _parse_endpoints(where: str, namespace: str | None, manifest: object) -> Selector:
    selector = parse_selector(where, manifest, _qualify)
    keys = selector.keys()
    if any(key.startswith("reserved:") for key in keys):
        return selector
    bare = {key.partition(":")[2] for key in keys}
    if NAMESPACE.removeprefix("k8s:") in bare:
        return selector
    if namespace is None:
        return selector.and_also(exists(NAMESPACE))
    if any(key.startswith(NAMESPACE_LABELS.removeprefix("k8s:")) for key in bare):
        return selector
    return selector.and_also(equals(NAMESPACE, namespace))


def _parse_prefix_set(where: str, manifest: object) -> PrefixMatch:
    found = expect_keys(where, manifest, {"cidr", "except"})
    excluded = expect_list(f"{where}.except", found.get("except", []))
    return PrefixMatch(
        parse_prefix(f"{where}.cidr", found.get("cidr")),
        tuple(parse_prefix(f"{where}.except", text) for text in excluded),
    )


def _parse_name(where: str, manifest: object) -> NameMatch:
    found = expect_keys(where, manifest, {"matchName", "matchPattern"})
    if len(found) != 1:
        fail(where, found, "matchName or matchPattern", "one of both")
    ((field, value),) = found.items()
    text = expect_text(f"{where}.{field}", value)
    if field == "matchName" and "*" in text:
        fail(f"{where}.matchName", text, "a name without *", "write matchPattern")
    return NameMatch(text)


def _parse_ports(where: str, peers: tuple[PeerMatch, ...] | None, manifest: object, *, denies: bool) -> Rule:
    found = expect_keys(where, manifest, {"ports"} if denies else {"ports", "rules"})
    ports = expect_list(f"{where}.ports", found.get("ports"))
    inspected = bool(found.get("rules"))
    matches = tuple(_parse_port(f"{where}.ports[{index}]", port) for index, port in enumerate(ports))
    return Rule(where, peers, matches, denies, inspected)


def _parse_port(where: str, manifest: object) -> PortMatch:
    found = expect_keys(where, manifest, {"port", "endPort", "protocol"})
    protocol = found.get("protocol", "ANY")
    if protocol not in {*PROTOCOLS, "ANY"}:
        fail(f"{where}.protocol", protocol, "TCP, UDP, SCTP or ANY", "ICMP has its own field")
    protocols = PROTOCOLS if protocol == "ANY" else frozenset({str(protocol)})
    port, end = expect_text(f"{where}.port", found.get("port")), found.get("endPort", 0)
    if is_port_name(port) and not end:
        return PortMatch(protocols, 0, 0, port)
    if not port.isdecimal() or not isinstance(end, int):
        fail(where, found, "port as text and endPort as a number", "a range has no name")
    if int(port) == 0:
        return PortMatch(protocols, *ANY_PORT)
    return PortMatch(protocols, int(port), max(int(port), end))


def _qualify(key: str) -> str:
    if key.startswith((*SOURCES, "any:")):
        return key
    return f"any:{key}"
