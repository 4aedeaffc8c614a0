"""Small policies and what follows from them: what the oracle must answer, and the engine as well.

Every case is about the same pods: web and api in apps, db in data, dns in kube-system.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from .peers import Address, DnsName, Entity, Peer, Pod

NAMESPACES = {"apps": {"tier": "tenant"}, "data": {"tier": "platform"}, "kube-system": {}}
WEB = Pod("apps", "web", {"app": "web", "pod-template-hash": "5d4f"}, {"http": 8080, "metrics": 9090})
API = Pod("apps", "api", {"app": "api"}, {"http": 8081, "grpc": 9000})
DB = Pod("data", "db", {"app": "db"}, {"sql": 5432})
DNS = Pod("kube-system", "dns", {"k8s-app": "kube-dns"}, {"dns": "53/UDP", "dns-tcp": 53})
PODS = (WEB, API, DB, DNS)
HOST, NODE, API_SERVER, HEALTH, WORLD = (
    Entity(name) for name in ("host", "remote-node", "kube-apiserver", "health", "world")
)
PUBLIC, PRIVATE = Address("192.0.2.7"), Address("10.1.2.3")

Question = tuple[Peer, Peer, int] | tuple[Peer, Peer, int, str]


@dataclass(frozen=True)
class Case:
    """Policies, the questions whose answer is yes, and those whose answer is no."""

    name: str
    policies: tuple[str, ...]
    allowed: tuple[Question, ...] = ()
    denied: tuple[Question, ...] = ()

    def manifests(self) -> list[dict[str, Any]]:
        """Return the policies as the API server would get them."""
        return [manifest(text) for text in self.policies]


@cache
def _load(text: str) -> object:
    return yaml.safe_load(textwrap.dedent(text))


def manifest(text: str) -> dict[str, Any]:
    """Return a whole manifest from `<kind> <namespace>/<name>` (`- ` for no namespace) and the spec below."""
    head, _, spec = text.strip().partition("\n")
    kind, _, key = head.partition(" ")
    namespace, _, name = key.partition("/")
    kinds = {"NP": "NetworkPolicy", "CNP": "CiliumNetworkPolicy", "CCNP": "CiliumClusterwideNetworkPolicy"}
    return {
        "apiVersion": "networking.k8s.io/v1" if kind == "NP" else "cilium.io/v2",
        "kind": kinds[kind],
        "metadata": {"name": name, **({"namespace": namespace} if namespace != "-" else {})},
        "spec": _load(spec),
    }


CASES = (
    Case(
        "without policies everything passes",
        (),
        allowed=((WEB, DB, 5432), (PUBLIC, WEB, 8080), (WEB, PUBLIC, 443)),
    ),
    Case(
        "a NetworkPolicy without rules isolates the directions it names",
        ("NP apps/deny\npodSelector: {}\npolicyTypes: [Ingress]",),
        allowed=((WEB, DB, 5432), (DB, DNS, 53), (HOST, WEB, 8080)),
        denied=((DB, WEB, 8080), (API, WEB, 8080), (WEB, WEB, 8080), (NODE, WEB, 8080), (PUBLIC, WEB, 8080)),
    ),
    Case(
        "an empty rule of a NetworkPolicy allows everybody",
        ("NP apps/all\npodSelector: {}\npolicyTypes: [Egress]\negress: [{}]",),
        allowed=((WEB, DB, 5432), (WEB, PUBLIC, 443), (WEB, API_SERVER, 6443)),
    ),
    Case(
        "podSelector means the policy's own namespace",
        ("NP data/p\npodSelector: {}\npolicyTypes: [Ingress]\ningress: [{from: [{podSelector: {}}]}]",),
        allowed=((DB, DB, 5432),),
        denied=((WEB, DB, 5432), (NODE, DB, 5432)),
    ),
    Case(
        "namespaceSelector and podSelector in one peer must both match",
        (
            """NP data/p
            podSelector: {matchLabels: {app: db}}
            policyTypes: [Ingress]
            ingress:
            - from:
              - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: apps}}
                podSelector: {matchLabels: {app: api}}
              ports: [{port: 5432}]""",
        ),
        allowed=((API, DB, 5432),),
        denied=((WEB, DB, 5432), (API, DB, 5433), (API, DB, 5432, "UDP"), (DNS, DB, 5432)),
    ),
    Case(
        "an empty namespaceSelector means all pods and nothing but pods",
        ("NP data/p\npodSelector: {}\npolicyTypes: [Ingress]\ningress: [{from: [{namespaceSelector: {}}]}]",),
        allowed=((WEB, DB, 1), (DNS, DB, 1)),
        denied=((NODE, DB, 1), (API_SERVER, DB, 1), (WORLD, DB, 1), (PUBLIC, DB, 1), (HEALTH, DB, 1)),
    ),
    Case(
        "NotIn holds where the label is missing",
        (
            """NP data/p
            podSelector: {}
            policyTypes: [Ingress]
            ingress:
            - from:
              - namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}
                podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}""",
        ),
        allowed=((API, DB, 1), (DNS, DB, 1)),
        denied=((WEB, DB, 1),),
    ),
    Case(
        "an ipBlock means addresses outside the cluster, less its exceptions",
        (
            """NP apps/p
            podSelector: {}
            policyTypes: [Egress]
            egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]""",
        ),
        allowed=((WEB, PUBLIC, 443), (WEB, WORLD, 443), (WEB, DnsName("github.com"), 443)),
        denied=((WEB, PRIVATE, 443), (WEB, DB, 443), (WEB, API_SERVER, 443), (WEB, HOST, 443)),
    ),
    Case(
        "ports: a range, a protocol alone",
        (
            """NP apps/p
            podSelector: {}
            policyTypes: [Ingress]
            ingress: [{ports: [{port: 8000, endPort: 8080}, {protocol: UDP}]}]""",
        ),
        allowed=((DB, WEB, 8000), (DB, WEB, 8080), (DB, WEB, 1, "UDP")),
        denied=((DB, WEB, 7999), (DB, WEB, 8081)),
    ),
    Case(
        "a named port on ingress is the pod's own",
        ("NP apps/p\npodSelector: {}\npolicyTypes: [Ingress]\ningress: [{ports: [{port: http}]}]",),
        allowed=((DB, WEB, 8080), (DB, API, 8081)),
        denied=((DB, WEB, 8081), (DB, API, 8080), (DB, WEB, 8080, "UDP")),
    ),
    Case(
        "a named port has a protocol",
        (
            """NP kube-system/p
            podSelector: {}
            policyTypes: [Ingress]
            ingress: [{ports: [{port: dns, protocol: UDP}]}]""",
        ),
        allowed=((WEB, DNS, 53, "UDP"),),
        denied=((WEB, DNS, 53),),
    ),
    Case(
        "a named port on egress is one number in the whole cluster",
        ("NP apps/p\npodSelector: {}\npolicyTypes: [Egress]\negress: [{ports: [{port: sql}]}]",),
        allowed=((WEB, DB, 5432), (WEB, PUBLIC, 5432)),
        denied=((WEB, DB, 443),),
    ),
    Case(
        "a named port on egress that stands for two numbers allows nothing",
        ("NP data/p\npodSelector: {}\npolicyTypes: [Egress]\negress: [{ports: [{port: http}]}]",),
        denied=((DB, WEB, 8080), (DB, API, 8081)),
    ),
    Case(
        "labels that are no part of an identity select nothing",
        ("NP apps/p\npodSelector: {matchLabels: {pod-template-hash: 5d4f}}\npolicyTypes: [Ingress]",),
        allowed=((DB, WEB, 8080),),
    ),
    Case(
        "policies add up, of both kinds",
        (
            "NP apps/deny\npodSelector: {}\npolicyTypes: [Ingress, Egress]",
            """CNP apps/api
            endpointSelector: {matchLabels: {app: api}}
            ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]""",
            """NP apps/web
            podSelector: {matchLabels: {app: web}}
            policyTypes: [Egress]
            egress: [{to: [{podSelector: {}}]}]""",
        ),
        allowed=((WEB, API, 8081),),
        denied=((API, WEB, 8080), (DB, API, 8081), (WEB, DB, 5432)),
    ),
    Case(
        "an empty rule of a Cilium policy allows nobody",
        ("CNP apps/deny\nendpointSelector: {}\ningress: [{}]",),
        allowed=((WEB, DB, 5432), (HOST, WEB, 8080)),
        denied=((DB, WEB, 8080), (NODE, WEB, 8080)),
    ),
    Case(
        "toPorts alone means every peer",
        ("CNP apps/p\nendpointSelector: {}\negress: [{toPorts: [{ports: [{port: '443'}]}]}]",),
        allowed=((WEB, PUBLIC, 443), (WEB, PUBLIC, 443, "UDP"), (WEB, DB, 443)),
        denied=((WEB, PUBLIC, 80),),
    ),
    Case(
        "endpoint selectors mean the policy's namespace unless they name one",
        (
            """CNP data/p
            endpointSelector: {}
            ingress:
            - fromEndpoints: [{matchLabels: {app: web}}]
            - fromEndpoints: [{matchLabels: {k8s:io.kubernetes.pod.namespace: apps, app: api}}]""",
        ),
        allowed=((API, DB, 1),),
        denied=((WEB, DB, 1), (DNS, DB, 1)),
    ),
    Case(
        "endpoint selectors may ask for labels of the namespace",
        (
            """CNP data/p
            endpointSelector: {}
            ingress: [{fromEndpoints: [{matchLabels: {k8s:io.cilium.k8s.namespace.labels.tier: tenant}}]}]""",
        ),
        allowed=((API, DB, 1), (WEB, DB, 1)),
        denied=((DNS, DB, 1), (NODE, DB, 1)),
    ),
    Case(
        "a clusterwide policy selects pods of all namespaces; its empty peer means every pod",
        ("CCNP -/p\nendpointSelector: {matchLabels: {app: db}}\ningress: [{fromEndpoints: [{}]}]",),
        allowed=((WEB, DB, 1), (PUBLIC, WEB, 1)),
        denied=((PUBLIC, DB, 1), (NODE, DB, 1), (HEALTH, DB, 1)),
    ),
    Case(
        "a clusterwide default deny by NotIn also isolates Cilium's health endpoint",
        (
            """CCNP -/deny
            endpointSelector:
              matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [kube-system]}]
            ingress: [{}]
            egress: [{}]""",
        ),
        allowed=((HOST, HEALTH, 4240), (NODE, DNS, 53)),
        denied=((NODE, HEALTH, 4240), (HEALTH, NODE, 4240), (WEB, DNS, 53, "UDP")),
    ),
    Case(
        "kube-apiserver is a remote node as well, not the other way round",
        (
            "CNP apps/web\nendpointSelector: {matchLabels: {app: web}}\ningress: [{fromEntities: [remote-node]}]",
            "CNP apps/api\nendpointSelector: {matchLabels: {app: api}}\ningress: [{fromEntities: [kube-apiserver]}]",
        ),
        allowed=((API_SERVER, WEB, 1), (NODE, WEB, 1), (API_SERVER, API, 1)),
        denied=((NODE, API, 1), (DB, API, 1), (WORLD, API, 1)),
    ),
    Case(
        "cluster is pods, nodes and health, world the rest",
        (
            "CNP apps/web\nendpointSelector: {matchLabels: {app: web}}\negress: [{toEntities: [cluster]}]",
            "CNP apps/api\nendpointSelector: {matchLabels: {app: api}}\negress: [{toEntities: [world]}]",
        ),
        allowed=(
            (WEB, DB, 1),
            (WEB, HOST, 1),
            (WEB, API_SERVER, 1),
            (WEB, HEALTH, 1),
            (API, PUBLIC, 1),
            (API, WORLD, 1),
        ),
        denied=((WEB, PUBLIC, 1), (API, DB, 1), (API, API_SERVER, 1)),
    ),
    Case(
        "a prefix never means pods or nodes, even 0.0.0.0/0",
        ("CNP apps/p\nendpointSelector: {}\negress: [{toCIDR: [0.0.0.0/0]}]",),
        allowed=((WEB, PRIVATE, 1), (WEB, WORLD, 1), (WEB, DnsName("github.com"), 1)),
        denied=((WEB, DB, 1), (WEB, NODE, 1), (WEB, API_SERVER, 6443)),
    ),
    Case(
        "matchName is one name, * stays within a label",
        (
            """CNP apps/p
            endpointSelector: {}
            egress:
            - toFQDNs: [{matchName: GitHub.com}, {matchPattern: '*.example.org'}]
              toPorts: [{ports: [{port: '443', protocol: TCP}]}]""",
        ),
        allowed=((WEB, DnsName("github.com."), 443), (WEB, DnsName("a.example.org"), 443)),
        denied=(
            (WEB, DnsName("api.github.com"), 443),
            (WEB, DnsName("example.org"), 443),
            (WEB, DnsName("a.b.example.org"), 443),
            (WEB, DnsName("github.com"), 80),
            (WEB, WORLD, 443),
            (WEB, PUBLIC, 443),
            (WEB, DB, 443),
        ),
    ),
    Case(
        "what a deny rule names never passes, even from the host",
        (
            "CNP apps/allow\nendpointSelector: {}\ningress: [{fromEntities: [all]}]",
            "CCNP -/deny\nendpointSelector: {matchLabels: {app: web}}\ningressDeny: [{fromEntities: [host, world]}]",
        ),
        allowed=((DB, WEB, 1), (HOST, API, 1), (NODE, WEB, 1)),
        denied=((HOST, WEB, 1), (PUBLIC, WEB, 1)),
    ),
    Case(
        "a policy that does not isolate leaves open what nobody closes",
        (
            """CCNP -/dns
            endpointSelector: {}
            enableDefaultDeny: {ingress: false, egress: false}
            egress: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: kube-system}}]}]""",
            "NP apps/deny\npodSelector: {matchLabels: {app: web}}\npolicyTypes: [Egress]",
        ),
        allowed=((DB, PUBLIC, 1), (API, DB, 1), (WEB, DNS, 53, "UDP")),
        denied=((WEB, DB, 1), (WEB, PUBLIC, 1)),
    ),
    Case(
        "a rule for ICMP opens no port",
        (
            "CNP apps/p\nendpointSelector: {}\ningress: [{fromEntities: [all], icmps: [{fields: [{type: 8}]}]}]",
        ),
        denied=((DB, WEB, 8080),),
    ),
    Case(
        "a connection that a proxy reads is allowed",
        (
            """CNP apps/p
            endpointSelector: {}
            egress:
            - toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: kube-system}}]
              toPorts: [{ports: [{port: '53', protocol: ANY}], rules: {dns: [{matchPattern: '*'}]}}]""",
        ),
        allowed=((WEB, DNS, 53), (WEB, DNS, 53, "UDP")),
        denied=((WEB, DNS, 54),),
    ),
)
