"""What an application declares beside its charts: addresses, data sources, routes, pods made at run time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Service:
    """The address of a Service, to be handed to whoever talks to it.

    Attributes:
        name: name of the Service.
        namespace: its namespace.
        port: Service port (1-65535).
        scheme: URL scheme; default `http`.

    """

    name: str
    namespace: str
    port: int
    scheme: str = "http"

    @property
    def host(self) -> str:
        """The DNS name inside the cluster, without the cluster's suffix."""
        return f"{self.name}.{self.namespace}.svc"

    @property
    def url(self) -> str:
        """The address as a URL with the port, without a path."""
        return f"{self.scheme}://{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """A Grafana data source that an application offers.

    Attributes:
        name: shown in Grafana.
        uid: stable identifier that dashboards and links use.
        type: Grafana's data source type (`prometheus`, `loki`, `tempo`, `jaeger`, `alertmanager`).
        service: where it answers.
        settings: Grafana's `jsonData`; default: none.
        is_default: whether panels without a data source use it; default False.

    """

    name: str
    uid: str
    type: str
    service: Service
    settings: Mapping[str, Any] = field(default_factory=dict)
    is_default: bool = False


@dataclass(frozen=True, kw_only=True)
class RuntimeWorkload:
    """Pods that an operator makes at run time, so that no chart shows them.

    Attributes:
        name: name of the workload, as `kubectl get` shows it.
        namespace: its namespace.
        kind: `StatefulSet`, `Deployment` or `DaemonSet`.
        labels: labels of its pods by which others find them.
        ports: container ports by name.
        cpu: CPU request of one pod, as a Kubernetes quantity.
        memory: memory request of one pod.
        replicas: number of pods; for a DaemonSet it is the number of nodes.
        service_account: their service account, which is their identity in the mesh; default `default`.

    """

    name: str
    namespace: str
    kind: str
    labels: Mapping[str, str]
    ports: Mapping[str, int]
    cpu: str
    memory: str
    replicas: int = 1
    service_account: str = "default"


@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """The container that the mesh adds to a pod.

    Attributes:
        cpu: its CPU request, as a Kubernetes quantity.
        memory: its memory request.
        known_idle: memory that it is known to use when idle.

    """

    cpu: str
    memory: str
    known_idle: str


@dataclass(frozen=True, kw_only=True)
class IgnoreDifferences:
    """Fields that somebody else than git writes at run time, and that Argo CD must leave alone.

    Attributes:
        group: API group; empty for the core group.
        kind: kind of the object.
        name: name of the object; default: every object of that kind.
        jq_path_expressions: the fields, as jq paths.
        because: who writes them.

    """

    group: str
    kind: str
    jq_path_expressions: tuple[str, ...]
    because: str
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Route:
    """A host below the cluster's domain that leads to a Service, through the gateway, with TLS.

    Attributes:
        host: first part of the host name; the cluster's domain follows.
        service: where it leads.
        plugins: names of KongClusterPlugins on this route (authentication, rate limiting); default: none,
            for a service that asks for a login itself.
        annotations: further annotations of the Ingress.

    """

    host: str
    service: Service
    plugins: tuple[str, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)
