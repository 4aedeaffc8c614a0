"""Random clusters and policies, for comparing the two judges.

The vocabulary is small on purpose, so that selectors, ports and names meet; it has what a platform's policies use,
and deny rules, prefixes, ranges and enableDefaultDeny besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from hypothesis import strategies as st

from .cases import NAMESPACES
from .peers import Address, DnsName, Entity, Peer, Pod, is_endpoint

Manifest = dict[str, object]
Labels = dict[str, str]

APPS = ("web", "store", "dns")
PEERS: tuple[Peer, ...] = (
    *(Entity(name) for name in ("host", "remote-node", "kube-apiserver", "health", "world")),
    *(Address(ip) for ip in ("10.1.2.3", "10.1.9.9", "192.0.2.7")),
    *(
        DnsName(name)
        for name in ("github.com", "api.github.com", "a.b.Example.org.", "ab-docker.example.org")
    ),
)
PORTS = ((53, "UDP"), (53, "TCP"), (443, "TCP"), (8080, "TCP"), (8443, "TCP"))
PORT_NAMES = ("http", "https", "dns", "metrics")
NAMED_PORTS: tuple[dict[str, int | str], ...] = (
    {},
    {"http": 8080},
    {"http": 8080, "https": 8443},
    {"http": 443},
    {"dns": "53/UDP", "metrics": 8080},
    {"dns": 53},
)
ENTITY_NAMES = ("kube-apiserver", "host", "remote-node", "health", "world", "cluster", "all")
DNS_SELECTORS = (
    {"matchName": "github.com"},
    {"matchName": "GitHub.com."},
    {"matchPattern": "*.github.com"},
    {"matchPattern": "*github.com"},
    {"matchPattern": "*.example.org"},
    {"matchPattern": "*.*.example.org"},
    {"matchPattern": "a*-docker.example.org"},
    {"matchPattern": "**.example.org"},
    {"matchPattern": "*"},
)
PREFIXES = ("10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "192.0.2.0/24", "0.0.0.0/0")


@dataclass(frozen=True)
class Scenario:
    """Policies, and the pods and namespaces they are about."""

    policies: tuple[Manifest, ...]
    pods: tuple[Pod, ...]

    def questions(self) -> list[tuple[Peer, Peer, int, str]]:
        """Return every connection that a policy could decide."""
        peers = (*self.pods, *PEERS)
        return [
            (source, target, port, protocol)
            for source, target, (port, protocol) in product(peers, peers, PORTS)
            if is_endpoint(source) or is_endpoint(target)
        ]


def optional(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[Manifest]:
    return st.fixed_dictionaries({}, optional=fields)


app_names = st.sampled_from(APPS)
namespace_names = st.sampled_from(sorted(NAMESPACES))
pod_labels = st.fixed_dictionaries(
    {"app": app_names}, optional={"role": st.sampled_from("ab"), "pod-template-hash": st.just("1")}
)
match_labels: st.SearchStrategy[Labels] = st.one_of(
    st.just({}),
    app_names.map(lambda app: {"app": app}),
    st.sampled_from("ab").map(lambda role: {"role": role}),
    st.just({"pod-template-hash": "1"}),
)


def expressions(key: str, values: tuple[str, ...]) -> st.SearchStrategy[list[Manifest]]:
    """Return a list of at most one expression on a key, mostly none."""
    chosen = st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)
    with_values = st.builds(
        lambda operator, chosen: [{"key": key, "operator": operator, "values": chosen}],
        st.sampled_from(("In", "NotIn")),
        chosen,
    )
    without = st.sampled_from(("Exists", "DoesNotExist")).map(
        lambda operator: [{"key": key, "operator": operator}]
    )
    return st.one_of(st.just([]), st.just([]), with_values, without)


def selectors(
    labels: st.SearchStrategy[Labels], key: str, values: tuple[str, ...]
) -> st.SearchStrategy[Manifest]:
    return st.builds(
        lambda one, more: {
            **({"matchLabels": one} if one else {}),
            **({"matchExpressions": more} if more else {}),
        },
        labels,
        expressions(key, values),
    )


pod_selectors = selectors(match_labels, "role", ("a", "b"))
namespace_selectors = selectors(
    st.one_of(
        st.just({}),
        namespace_names.map(lambda name: {"kubernetes.io/metadata.name": name}),
        st.sampled_from(("tenant", "platform")).map(lambda tier: {"tier": tier}),
    ),
    "tier",
    ("tenant", "platform"),
).filter(
    lambda selector: "matchLabels" in selector or "matchExpressions" not in selector
)  # see the oracle's refusals

# networking.k8s.io/v1
network_ports = st.one_of(
    st.sampled_from(PORTS).map(lambda port: {"port": port[0], "protocol": port[1]}),
    st.sampled_from(PORT_NAMES).map(lambda name: {"port": name}),
    st.just({"port": "dns", "protocol": "UDP"}),
    st.just({"port": 8000, "endPort": 8500}),
    st.just({"protocol": "UDP"}),
    st.just({"port": 443}),
)
blocks: st.SearchStrategy[Manifest] = st.one_of(
    st.sampled_from(PREFIXES).map(lambda prefix: {"cidr": prefix}),
    st.just({"cidr": "10.1.0.0/16", "except": ["10.1.2.0/24"]}),
    st.just({"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}),
)
network_peers = st.one_of(
    st.builds(lambda pods: {"podSelector": pods}, pod_selectors),
    st.builds(lambda namespaces: {"namespaceSelector": namespaces}, namespace_selectors),
    st.builds(
        lambda pods, namespaces: {"podSelector": pods, "namespaceSelector": namespaces},
        pod_selectors,
        namespace_selectors,
    ),
    st.builds(lambda block: {"ipBlock": block}, blocks),
)


def network_rules(peers_field: str) -> st.SearchStrategy[list[Manifest]]:
    rule = optional(
        **{
            peers_field: st.lists(network_peers, max_size=2),
            "ports": st.lists(network_ports, max_size=2),
        }
    )
    return st.lists(rule, max_size=2)


@st.composite
def network_policies(draw: st.DrawFn) -> Manifest:
    types = draw(st.sampled_from((["Ingress"], ["Egress"], ["Ingress", "Egress"])))
    spec: Manifest = {"podSelector": draw(pod_selectors), "policyTypes": types}
    if "Ingress" in types:
        spec["ingress"] = draw(network_rules("from"))
    if "Egress" in types:
        spec["egress"] = draw(network_rules("to"))
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"namespace": draw(namespace_names)},
        "spec": spec,
    }


# cilium.io/v2
endpoint_selectors = st.one_of(
    pod_selectors,
    st.builds(
        lambda labels, prefix, namespace: {
            "matchLabels": {**labels, f"{prefix}io.kubernetes.pod.namespace": namespace}
        },
        match_labels,
        st.sampled_from(("", "k8s:")),
        namespace_names,
    ),
    st.sampled_from(("", "k8s:")).map(
        lambda prefix: {"matchLabels": {f"{prefix}io.cilium.k8s.namespace.labels.tier": "tenant"}}
    ),
    st.just(
        {
            "matchExpressions": [
                {"key": "k8s:io.kubernetes.pod.namespace", "operator": "NotIn", "values": ["kube-system"]}
            ]
        }
    ),
    st.just({"matchLabels": {"reserved:health": ""}}),
)
cilium_port = st.one_of(
    st.sampled_from(PORTS).map(lambda port: {"port": str(port[0]), "protocol": port[1]}),
    st.sampled_from(PORT_NAMES).map(lambda name: {"port": name}),
    st.sampled_from(PORT_NAMES).map(lambda name: {"port": name, "protocol": "TCP"}),
    st.just({"port": "443"}),
    st.just({"port": "0", "protocol": "UDP"}),
    st.just({"port": "8000", "endPort": 8500, "protocol": "TCP"}),
)
to_ports = st.lists(
    st.builds(lambda ports: {"ports": ports}, st.lists(cilium_port, min_size=1, max_size=2)), max_size=2
)
dns_ports: st.SearchStrategy[list[Manifest]] = st.just(
    [{"ports": [{"port": "53", "protocol": "ANY"}], "rules": {"dns": [{"matchPattern": "*"}]}}]
)
http_ports: st.SearchStrategy[list[Manifest]] = st.just(
    [{"ports": [{"port": "8080", "protocol": "TCP"}], "rules": {"http": [{"method": "GET"}]}}]
)


def cilium_rules(direction: str, *, denies: bool) -> st.SearchStrategy[list[Manifest]]:
    word = "from" if direction == "ingress" else "to"
    entities = st.lists(st.sampled_from(ENTITY_NAMES), min_size=1, max_size=2, unique=True)
    kinds: list[st.SearchStrategy[Manifest]] = [
        st.just({}),
        st.builds(
            lambda one: {f"{word}Endpoints": one}, st.lists(endpoint_selectors, min_size=1, max_size=2)
        ),
        st.builds(lambda one: {f"{word}Entities": one}, entities),
        st.builds(lambda one: {f"{word}CIDR": [one]}, st.sampled_from(PREFIXES)),
        st.builds(lambda one: {f"{word}CIDRSet": [one]}, blocks),
    ]
    ports: list[st.SearchStrategy[list[Manifest]]] = [st.just([]), to_ports]
    if not denies:
        ports.append(http_ports)
        if direction == "egress":
            ports.append(dns_ports)
            names = st.lists(st.sampled_from(DNS_SELECTORS), min_size=1, max_size=2)
            kinds.append(st.builds(lambda one: {"toFQDNs": one}, names))
    rule = st.builds(
        lambda peers, ports: {**peers, **({"toPorts": ports} if ports else {})},
        st.one_of(kinds),
        st.one_of(ports),
    )
    with_icmp = st.just({f"{word}Entities": ["all"], "icmps": [{"fields": [{"type": 8, "family": "IPv4"}]}]})
    return st.lists(st.one_of(rule, rule, rule, with_icmp), min_size=1, max_size=2)


@st.composite
def cilium_policies(draw: st.DrawFn) -> Manifest:
    clusterwide = draw(st.booleans())
    spec: Manifest = {"endpointSelector": draw(endpoint_selectors if clusterwide else pod_selectors)}
    directions = draw(st.sampled_from((["ingress"], ["egress"], ["ingress", "egress"])))
    for direction in directions:
        lists = draw(st.sampled_from((["allow"], ["allow"], ["deny"], ["allow", "deny"])))
        if "allow" in lists:
            spec[direction] = draw(cilium_rules(direction, denies=False))
        if "deny" in lists:
            spec[f"{direction}Deny"] = draw(cilium_rules(direction, denies=True))
    if draw(st.integers(0, 3)) == 0:
        spec["enableDefaultDeny"] = draw(optional(ingress=st.booleans(), egress=st.booleans()))
    return {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumClusterwideNetworkPolicy" if clusterwide else "CiliumNetworkPolicy",
        "metadata": {} if clusterwide else {"namespace": draw(namespace_names)},
        "spec": spec,
    }


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Return three to five pods and three to eight policies."""
    pods = tuple(
        Pod(draw(namespace_names), f"pod-{index}", draw(pod_labels), draw(st.sampled_from(NAMED_PORTS)))
        for index in range(draw(st.integers(3, 5)))
    )
    policies = draw(st.lists(st.one_of(network_policies(), cilium_policies()), min_size=3, max_size=8))
    for index, policy in enumerate(policies):
        metadata = policy["metadata"]
        policy["metadata"] = {"name": f"policy-{index}", **(metadata if isinstance(metadata, dict) else {})}
    return Scenario(tuple(policies), pods)
