"""Policies that mean something else than they say, or that are not judged; see cases.manifest for the short form."""

from __future__ import annotations

AMBIGUOUS = {
    "policyTypes leaves out a direction that has rules": """NP apps/p
        podSelector: {}
        policyTypes: [Egress]
        ingress: [{}]""",
    "policyTypes is missing": "NP apps/p\npodSelector: {}",
    "a misspelt policy type": "NP apps/p\npodSelector: {}\npolicyTypes: [ingress]",
    "a misspelt field": "CNP apps/p\nendpointSelector: {}\ningress: [{fromEndpoint: [{}]}]",
    "no namespace": """CNP -/p
        endpointSelector: {}
        ingress: [{}]""",
    "a namespace for a clusterwide policy": "CCNP apps/p\nendpointSelector: {}\ningress: [{}]",
    "an unknown namespace": "NP nowhere/p\npodSelector: {}\npolicyTypes: [Ingress]",
    "an unknown entity": "CNP apps/p\nendpointSelector: {}\ningress: [{fromEntities: [kube-api-server]}]",
    "two kinds of peer": "CNP apps/p\nendpointSelector: {}\negress: [{toCIDR: [10.0.0.0/8], toEntities: [world]}]",
    "nothing about any direction": "CNP apps/p\nendpointSelector: {}",
    "a policy for nodes": "CCNP -/p\nnodeSelector: {}\ningress: [{}]",
    "ports beside icmps": """CNP apps/p
        endpointSelector: {}
        ingress: [{icmps: [{fields: [{type: 8}]}], toPorts: [{ports: [{port: '1'}]}]}]""",
}
"""What both judges refuse, because it would mean something else than it says."""

REFUSED_BY_THE_ORACLE = {
    "a port of a Cilium policy as a number": """CNP apps/p
        endpointSelector: {}
        ingress: [{toPorts: [{ports: [{port: 80}]}]}]""",
    "a port of a NetworkPolicy as text": """NP apps/p
        podSelector: {}
        policyTypes: [Ingress]
        ingress: [{ports: [{port: '80'}]}]""",
    "toServices": "CNP apps/p\nendpointSelector: {}\negress: [{toServices: [{k8sService: {serviceName: a}}]}]",
    "no names in toFQDNs": """CNP apps/p
        endpointSelector: {}
        egress: [{toFQDNs: [], toPorts: [{ports: [{port: '1'}]}]}]""",
    "an IPv6 prefix": "CNP apps/p\nendpointSelector: {}\negress: [{toCIDR: ['2001:db8::/32']}]",
    "a namespaceSelector that only excludes": """NP apps/p
        podSelector: {}
        policyTypes: [Ingress]
        ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}}]}]""",
}
"""What the engine takes and the oracle does not."""
