"""What an application declares beside its charts: addresses, data sources, routes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from platform_stack.errors import fail
from platform_stack.model.checked import checked
from platform_stack.model.names import check_dns_label, check_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from platform_stack.model.application import Application
    from platform_stack.model.cluster import Cluster
    from platform_stack.model.names import Bytes, Cores, DnsLabel, DnsName, Port, Text

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")


def _check_scheme(where: str, value: object) -> None:
    check_type(where, value, str, "text: a URL scheme such as 'https'")
    if not _SCHEME.fullmatch(str(value)):
        fail(where, repr(value), "a URL scheme such as 'https', without '://'")


def _check_uid(where: str, value: object) -> None:
    check_type(where, value, str, "text: a uid such as 'metrics'")
    if not _UID.fullmatch(str(value)):
        fail(where, repr(value), "a uid: at most 40 letters, digits, '-' and '_'")


def _check_host(where: str, value: object) -> None:
    if isinstance(value, str) and "." in value:
        hint = f"did you mean {value.split('.')[0]!r}? The cluster's domain follows by itself"
        fail(where, value, "the first part of a host's name, without a dot", hint)
    check_dns_label(where, value)


Host = Annotated[str, _check_host]
Scheme = Annotated[str, _check_scheme]
Uid = Annotated[str, _check_uid]


@checked("service")
@dataclass(frozen=True, kw_only=True)
class Service:
    """The address of a Service, to be handed to whoever talks to it.

    Attributes:
        name: name of the Service.
        namespace: its namespace.
        port: Service port (1-65535).
        scheme: URL scheme; default `http`.

    """

    name: DnsLabel
    namespace: DnsLabel
    port: Port
    scheme: Scheme = "http"

    @property
    def host(self) -> str:
        """The DNS name inside the cluster, without the cluster's suffix."""
        return f"{self.name}.{self.namespace}.svc"

    @property
    def url(self) -> str:
        """The address as a URL with the port, without a path."""
        return f"{self.scheme}://{self.host}:{self.port}"


@checked("data source")
@dataclass(frozen=True, kw_only=True)
class DataSource:
    """What an application offers to dashboards to be queried.

    Attributes:
        name: shown beside the dashboards.
        uid: stable identifier that dashboards and links use.
        type: its type, as who shows the dashboards names it (`prometheus`, `loki`, `tempo`).
        service: where it answers.
        settings: further settings of that type; default: none.
        is_default: whether panels without a data source use it; default False.

    """

    name: Text
    uid: Uid
    type: Text
    service: Service
    settings: Mapping[str, Any] = field(default_factory=dict)
    is_default: bool = False


@checked("sidecar")
@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """The container that the mesh adds to a pod.

    Attributes:
        cpu: its CPU request, as a Kubernetes quantity.
        memory: its memory request.
        known_idle: memory that it is known to use when idle.

    """

    cpu: Cores
    memory: Bytes
    known_idle: Text


@checked("route")
@dataclass(frozen=True, kw_only=True)
class Route:
    """A host below the cluster's domain that leads to a Service, through a gateway, with TLS.

    Attributes:
        host: first part of the host name; the cluster's domain follows.
        service: where it leads.
        plugins: what the gateway does for this route, by the names that it knows (authentication, rate limiting);
            default: nothing, for a service that asks for a login itself.
        annotations: further annotations of the object that the gateway reads.
        gateway: the application that leads it, itself or its name, where several have the role Gateway; default:
            the one that has it.

    """

    host: Host
    service: Service
    plugins: tuple[DnsName, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)
    gateway: Application | str | None = None

    def address(self, cluster: Cluster) -> str:
        """Return the whole host name on a cluster."""
        return f"{self.host}.{cluster.domain}"

    def url(self, cluster: Cluster) -> str:
        """Return the address on a cluster as a URL, without a path."""
        return f"https://{self.address(cluster)}"
