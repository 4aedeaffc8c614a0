"""Roles: what an application is for the others.

Whoever needs a gateway, a scraper or a mesh asks the platform for those who are one, never for an application by its
name. What a product's objects look like is known to its module in `platform_stack.integrations`, which makes its roles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from platform_stack.model.checked import checked
from platform_stack.model.network import Mesh, NetworkEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

    from platform_stack.admission import Asked, Made
    from platform_stack.admission.judge import Violation
    from platform_stack.errors import Finding
    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model.application import Application
    from platform_stack.model.declarations import Route
    from platform_stack.model.names import CustomKind, DnsLabel, DnsName, Kind, Text
    from platform_stack.model.policy import Action
    from platform_stack.model.secret import Secret


@dataclass(frozen=True, kw_only=True)
class WantedRoute:
    """A route, as a gateway is asked for the objects that make it.

    Attributes:
        route: the route.
        address: its whole host name.
        mesh: whether its Service is in a namespace of the mesh.
        issuer: who signs certificates; None: nobody does, and the gateway has one of its own.

    """

    route: Route
    address: str
    mesh: bool
    issuer: CertificateIssuer | None


@checked("backend")
@dataclass(frozen=True, kw_only=True)
class Backend:
    """Where an object leads requests from outside.

    Attributes:
        host: whose requests; empty: every host's.
        namespace: namespace of the Service.
        service: name of the Service.
        port: number or name of the Service port.

    """

    host: str
    namespace: str
    service: str
    port: int | str


@checked("gateway")
@dataclass(frozen=True, kw_only=True)
class Gateway:
    """Leads requests from outside the cluster to Services.

    Attributes:
        kinds: kinds that it reads, as "group/Kind".
        backends: where an object of these kinds leads; None if it is meant for another gateway.
        writes: the objects that make a route.
        plugins: what `Route.plugins` may name; default None: `finds` says what it may.
        mesh_route: annotations without which an object of its kinds does not lead into the mesh; default: none.
        mesh_service: annotations that a Service in the mesh needs for it; default: none.
        asks_for_certificates: whether each route asks for a certificate of its own; default True. Otherwise the
            gateway has one for all.
        finds: what is wrong with what an estate asks of it, such as a plugin that nobody declares; the second
            argument is the application that has the role. Default: nothing.
        workloads: names of the application's workloads that lead them; empty: all.

    """

    kinds: tuple[CustomKind, ...]
    backends: Callable[[Mapping[str, Any]], tuple[Backend, ...] | None]
    writes: Callable[[WantedRoute], tuple[Mapping[str, Any], ...]]
    plugins: tuple[DnsName, ...] | None = None
    mesh_route: Callable[[Backend], Mapping[str, str]] = field(default=lambda _backend: {})
    mesh_service: Mapping[str, str] = field(default_factory=dict)
    asks_for_certificates: bool = True
    finds: Callable[[Estate, Application], tuple[Finding, ...]] = field(default=lambda _estate, _owner: ())
    workloads: tuple[Text, ...] = ()


@checked("certificate issuer")
@dataclass(frozen=True, kw_only=True)
class CertificateIssuer:
    """Signs the certificates of routes.

    Attributes:
        annotations: by which an object with hosts asks for a certificate, in the Secret that it names.

    """

    annotations: Mapping[str, str]


@checked("metrics endpoint")
@dataclass(frozen=True, kw_only=True)
class MetricsEndpoint:
    """A port that a monitor asks for metrics.

    Attributes:
        selects: the kind of what it selects.
        selector: which of them, as Kubernetes writes a LabelSelector.
        namespaces: where they are; None: everywhere.
        port: number or name of the port.
        port_of: whose port that is: the Service's, or the pods' (behind the Service, too).

    """

    selects: Literal["Service", "Pod"]
    selector: Mapping[str, Any]
    namespaces: tuple[str, ...] | None
    port: int | str
    port_of: Literal["Service", "Pod"]


@checked("scraper")
@dataclass(frozen=True, kw_only=True)
class Scraper:
    """Asks pods for their metrics.

    Attributes:
        kinds: kinds of the monitors that it reads, as "group/Kind".
        endpoints: what a monitor of these kinds asks for.
        workloads: names of the application's workloads that ask; empty: all.

    """

    kinds: tuple[CustomKind, ...]
    endpoints: Callable[[Mapping[str, Any]], tuple[MetricsEndpoint, ...]]
    workloads: tuple[Text, ...] = ()


@checked("dashboards")
@dataclass(frozen=True, kw_only=True)
class Dashboards:
    """Shows dashboards, and queries data sources for them.

    Attributes:
        workloads: names of the application's workloads that query; empty: all.

    """

    workloads: tuple[Text, ...] = ()


@checked("trace collector")
@dataclass(frozen=True, kw_only=True)
class TraceCollector:
    """Takes traces: OTLP over gRPC, at its pods' port 4317.

    Attributes:
        workloads: names of the application's workloads that do; empty: all.

    """

    workloads: tuple[Text, ...] = ()


def _no_kinds(_item: Manifest) -> tuple[CustomKind, ...]:
    return ()


@checked("policy engine")
@dataclass(frozen=True, kw_only=True)
class PolicyEngine:
    """Asks the questions of policies of every object; what is made of them lies with its application.

    Attributes:
        name: DNS label by which a Policy names it.
        rules: the classes of rules that it takes, each with what a policy of that rule can do.
        api_groups: API groups of what it reads: its policies and exceptions.
        objects: makes what it reads from the policies that it asks, each object with its sync wave; it raises a
            PlatformError for a rule that it cannot take.
        judge: asks the engine's own program what would break a policy. It gets what the engine reads, the objects
            that are judged, the labels of their namespaces by name, and what else is in the cluster.
        not_judged: kinds of what it reads about which that program cannot be asked, each with the reason.
        kinds_made_by: the custom kinds ("group/Kind") that the engine makes at run time from one of the objects
            that it reads; default: none.

    """

    name: DnsLabel
    rules: Mapping[type, tuple[Action, ...]]
    api_groups: tuple[DnsName, ...]
    objects: Callable[[Estate, tuple[Asked, ...]], tuple[Made, ...]]
    judge: Callable[
        [Sequence[Manifest], Sequence[Manifest], Mapping[str, Mapping[str, str]], Sequence[Manifest]],
        tuple[Violation, ...],
    ]
    not_judged: Mapping[Kind, str] = field(default_factory=dict)
    kinds_made_by: Callable[[Manifest], tuple[CustomKind, ...]] = _no_kinds


@checked("secret opener")
@dataclass(frozen=True, kw_only=True)
class SecretOpener:
    """Makes Secrets in the cluster of what lies sealed in git; only one application of a platform does.

    It opens with an RSA key of which the repository has the certificate (`platform-stack secrets`).

    Attributes:
        kind: "group/Kind" of what lies in git for a Secret.
        manifest: makes that of a Secret and of its sealed values by key.
        problem: says what is wrong with something that should be of that kind, as what was found and what is
            expected, without a word of its content; else nothing.
        values: its sealed values by key.
        labels: the labels of the Secret that is made of it.
        seal: seals a value with the public key for a Secret, namespace/name.
        unseal: opens it with the private key; raises NotOpenedError where that does not open it.
        key_secret: makes the Secret from which the opener takes its key, of the opener's namespace, the certificate
            and the private key (both PEM).

    """

    kind: CustomKind
    manifest: Callable[[Secret, Mapping[str, str]], Manifest]
    problem: Callable[[object], tuple[str, ...]]
    values: Callable[[Manifest], Mapping[str, str]]
    labels: Callable[[Manifest], Mapping[str, str]]
    seal: Callable[[RSAPublicKey, str, bytes], str]
    unseal: Callable[[RSAPrivateKey, str, str], bytes]
    key_secret: Callable[[str, bytes, bytes], Manifest]


Role = (
    Gateway
    | CertificateIssuer
    | Scraper
    | Dashboards
    | TraceCollector
    | NetworkEngine
    | Mesh
    | PolicyEngine
    | SecretOpener
)
"""What an application is for the others."""

PodRole = Gateway | Scraper | Dashboards | TraceCollector
"""Roles that some pods of an application have for all of it."""

AnyRole = TypeVar("AnyRole", bound=Role)
AnyPodRole = TypeVar("AnyPodRole", bound=PodRole)


@dataclass(frozen=True)
class Holder(Generic[AnyRole]):
    """An application, and a role that it has.

    Attributes:
        application: the application.
        role: its role.

    """

    application: Application
    role: AnyRole
