"""Says from manifests alone whom the sidecar of a pod lets in, as Istio specifies it.

Written from the references of PeerAuthentication and AuthorizationPolicy (security.istio.io/v1), without the
compiler and without Istio's code. A client either has an identity, which it shows by mutual TLS, or none, and
talks in plain text. What a sidecar does not intercept it does not judge.

Not judged, and refused: what looks into a request (methods, paths, hosts, JWT), addresses, `when`, the actions
CUSTOM and AUDIT, and two PeerAuthentications of which the older one would count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import expect_keys, expect_list, expect_text, fail

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT_NAMESPACE = "istio-system"

_OWN_PORTS = {15020, 15021, 15090}
_OF_SOURCE = {"principals", "notPrincipals", "namespaces", "notNamespaces"}
_OF_OPERATION = {"ports", "notPorts"}


@dataclass(frozen=True)
class Member:
    """A pod with a sidecar, or a client with one."""

    namespace: str
    service_account: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def identity(self) -> str:
        """Its SPIFFE identity, as policies write it."""
        return f"cluster.local/ns/{self.namespace}/sa/{self.service_account}"

    def intercepts(self, port: int) -> bool:
        """Return whether the sidecar sees what arrives at a port."""
        prefix = "traffic.sidecar.istio.io/"
        included = self.annotations.get(f"{prefix}includeInboundPorts", "*")
        excluded = self.annotations.get(f"{prefix}excludeInboundPorts", "").split(",")
        if included != "*":
            return str(port) in included.split(",")
        return port not in _OWN_PORTS and str(port) not in excluded


class MeshOracle:
    """Answers for one set of manifests; those of other kinds are passed over."""

    def __init__(self, manifests: Iterable[Mapping[str, object]]) -> None:
        """Read the policies; raise a ManifestError for what is not judged."""
        self._modes: list[_PeerAuthentication] = []
        self._policies: list[_Policy] = []
        for manifest in manifests:
            if manifest["kind"] == "PeerAuthentication":
                self._modes.append(_read_mode(manifest))
            elif manifest["kind"] == "AuthorizationPolicy":
                self._policies.append(_read_policy(manifest))

    def admits(self, client: Member | None, server: Member, port: int) -> bool:
        """Return whether a server's sidecar lets a client in on a TCP port; None is a client without an identity."""
        if not server.intercepts(port):
            return True
        mode = self.mode(server, port)
        if mode == "STRICT" and client is None:
            return False
        identity = client.identity if client is not None and mode != "DISABLE" else None
        mine = [policy for policy in self._policies if policy.selects(server)]
        if any(policy.matches(identity, port) for policy in mine if policy.action == "DENY"):
            return False
        allowing = [policy for policy in mine if policy.action == "ALLOW"]
        return not allowing or any(policy.matches(identity, port) for policy in allowing)

    def mode(self, server: Member, port: int) -> str:
        """Return STRICT, PERMISSIVE or DISABLE: of the port, the workload, the namespace, then the mesh."""
        scopes: tuple[list[_PeerAuthentication], ...] = ([], [], [])
        for one in self._modes:
            if one.namespace == server.namespace and one.selector:
                if one.selector.items() <= server.labels.items():
                    scopes[0].append(one)
            elif one.namespace == server.namespace and server.namespace != ROOT_NAMESPACE:
                scopes[1].append(one)
            elif one.namespace == ROOT_NAMESPACE and not one.selector:
                scopes[2].append(one)
        for scope in scopes:
            if len(scope) > 1:
                names = ", ".join(one.name for one in scope)
                fail("PeerAuthentication", names, "one of a scope", "the older one counts")
            for one in scope:
                mode = one.ports.get(port, "UNSET")
                mode = one.mode if mode == "UNSET" else mode
                if mode != "UNSET":
                    return mode
        return "PERMISSIVE"


@dataclass(frozen=True)
class _PeerAuthentication:
    name: str
    namespace: str
    selector: Mapping[str, str]
    mode: str
    ports: Mapping[int, str]


@dataclass(frozen=True)
class _Rule:
    """Sources and operations: of each at least one must match; None: any."""

    sources: tuple[Mapping[str, list[str]], ...] | None
    ports: tuple[Mapping[str, list[str]], ...] | None

    def matches(self, identity: str | None, port: int) -> bool:
        return (self.sources is None or any(_source(one, identity) for one in self.sources)) and (
            self.ports is None or any(_operation(one, port) for one in self.ports)
        )


@dataclass(frozen=True)
class _Policy:
    namespace: str
    selector: Mapping[str, str]
    action: str
    rules: tuple[_Rule, ...]

    def selects(self, server: Member) -> bool:
        return (
            self.namespace in (server.namespace, ROOT_NAMESPACE)
            and self.selector.items() <= server.labels.items()
        )

    def matches(self, identity: str | None, port: int) -> bool:
        return any(rule.matches(identity, port) for rule in self.rules)


def _source(source: Mapping[str, list[str]], identity: str | None) -> bool:
    """Return whether all that is said of a source is true of a client."""
    namespace = identity.split("/")[2] if identity else None
    return all(
        any(_value(pattern, actual) for pattern in source[wanted]) == positive
        for wanted, positive, actual in (
            ("principals", True, identity),
            ("notPrincipals", False, identity),
            ("namespaces", True, namespace),
            ("notNamespaces", False, namespace),
        )
        if wanted in source
    )


def _operation(operation: Mapping[str, list[str]], port: int) -> bool:
    return all(
        (str(port) in operation[wanted]) == positive
        for wanted, positive in (("ports", True), ("notPorts", False))
        if wanted in operation
    )


def _value(pattern: str, actual: str | None) -> bool:
    """Match exactly, by prefix (`a*`), by suffix (`*a`) or by presence (`*`); nothing matches what is not there."""
    if actual is None:
        return False
    if pattern == "*":
        return actual != ""
    if pattern.endswith("*"):
        return actual.startswith(pattern[:-1])
    if pattern.startswith("*"):
        return actual.endswith(pattern[1:])
    return actual == pattern


def _read_mode(manifest: Mapping[str, object]) -> _PeerAuthentication:
    where, name, namespace, spec = _head(manifest, {"selector", "mtls", "portLevelMtls"})
    selector = _selector(where, spec)
    ports = spec.get("portLevelMtls", {})
    if ports and not selector:
        fail(where, "portLevelMtls", "a selector too", "without one Istio ignores it")
    if not isinstance(ports, dict):
        fail(where, ports, "a mapping of ports", "see the reference")
    return _PeerAuthentication(
        name,
        namespace,
        selector,
        _mode(where, spec.get("mtls", {})),
        {int(port): _mode(where, mode) for port, mode in ports.items()},
    )


def _mode(where: str, mtls: object) -> str:
    mode = expect_keys(where, mtls, {"mode"}).get("mode", "UNSET")
    if mode not in ("UNSET", "DISABLE", "PERMISSIVE", "STRICT"):
        fail(where, mode, "UNSET, DISABLE, PERMISSIVE or STRICT", "in capitals")
    return str(mode)


def _read_policy(manifest: Mapping[str, object]) -> _Policy:
    where, _, namespace, spec = _head(manifest, {"selector", "action", "rules"})
    action = spec.get("action", "ALLOW")
    if action not in ("ALLOW", "DENY"):
        fail(where, action, "ALLOW or DENY", "nothing else is judged")
    rules = []
    for entry in expect_list(where, spec.get("rules", [])):
        rule = expect_keys(where, entry, {"from", "to"})
        sources = _parts(where, rule, "from", "source", _OF_SOURCE)
        rules.append(_Rule(sources, _parts(where, rule, "to", "operation", _OF_OPERATION)))
    return _Policy(namespace, _selector(where, spec), str(action), tuple(rules))


def _parts(
    where: str, rule: Mapping[str, object], name: str, inner: str, known: set[str]
) -> tuple[Mapping[str, list[str]], ...] | None:
    if name not in rule:
        return None
    found = []
    for entry in expect_list(where, rule[name]):
        part = expect_keys(where, expect_keys(where, entry, {inner})[inner], known)
        found.append(
            {key: [expect_text(where, one) for one in expect_list(where, part[key])] for key in part}
        )
    return tuple(found)


def _head(manifest: Mapping[str, object], fields: set[str]) -> tuple[str, str, str, Mapping[str, object]]:
    kind = expect_text("manifest kind", manifest.get("kind"))
    metadata = expect_keys(
        f"{kind} metadata", manifest.get("metadata"), {"name", "namespace", "labels", "annotations"}
    )
    name = expect_text(f"{kind} name", metadata.get("name"))
    namespace = expect_text(f"{kind} {name} namespace", metadata.get("namespace"))
    where = f"{kind} {namespace}/{name}"
    if manifest.get("apiVersion") != "security.istio.io/v1":
        fail(where, manifest.get("apiVersion"), "security.istio.io/v1", "nothing else is judged")
    return where, name, namespace, expect_keys(where, manifest.get("spec", {}), fields)


def _selector(where: str, spec: Mapping[str, object]) -> Mapping[str, str]:
    labels = expect_keys(where, spec.get("selector", {}), {"matchLabels"}).get("matchLabels", {})
    if not isinstance(labels, dict):
        fail(where, labels, "labels", "see the reference")
    return {expect_text(where, key): expect_text(where, value) for key, value in labels.items()}
