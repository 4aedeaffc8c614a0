"""The DNS of the platform's domain, in the cluster: CoreDNS answers what lies in an etcd of its own.

external-dns writes the records there, and writes them again when they are gone: so etcd is single, without a
volume of its own, on both profiles. The images are the etcd and the CoreDNS that kubeadm starts: each
node has them already.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from platform_stack import Service
from platform_stack.kubernetes import COREDNS_VERSION, ETCD_VERSION
from platform_stack_imports import k8s

from ..shared.endpoints import EXPOSE_LABEL
from ..shared.values import NO_SIDECAR, resources
from ..shared.workloads import budget, spread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platform_stack import Cluster
    from platform_stack.typed import ApiObject

NAMESPACE = "external-dns"

ETCD = Service(name="dns-etcd", namespace=NAMESPACE, port=2379)
"""Where the records are written. It asks for no password: a network policy must say who gets there."""

DNS = Service(name="platform-dns", namespace=NAMESPACE, port=53, scheme="dns")
"""Where clients ask, at `dns_address` from outside."""

NAME_LABEL = "app.kubernetes.io/name"

METRICS_PORT = "metrics"
"""Name of the container port with the metrics, of both."""

_ETCD_IMAGE = f"registry.k8s.io/etcd:{ETCD_VERSION}"
_COREDNS_IMAGE = f"registry.k8s.io/coredns/coredns:{COREDNS_VERSION}"
_USER = 65532
_QUOTA_BYTES = 32 * 1024 * 1024

_DATA_LIMIT = "512Mi"
"""Two files of the write-ahead log, of 64 MB each, are there from the start whatever is written, and no flag makes
them smaller (etcd 3.6, server/storage/wal: SegmentSizeBytes); then the database, and a copy of it in a snapshot."""


def dns_address(cluster: Cluster) -> str:
    """Return the address of the DNS: the 53rd of the load balancer's range, or the last of a smaller one."""
    network = ip_network(cluster.load_balancer_range)
    return str(network[min(53, network.num_addresses - 2)])


def dns_server(cluster: Cluster) -> list[ApiObject]:
    """Return etcd and CoreDNS for the cluster's domain; on `ha` two of CoreDNS."""
    replicas = 2 if cluster.is_highly_available else 1
    objects: list[ApiObject] = [
        _deployment(
            ETCD.name,
            1,
            _etcd(),
            k8s.Volume(name="data", empty_dir=k8s.EmptyDirVolumeSource(size_limit=_DATA_LIMIT)),
            strategy="Recreate",  # two would answer in turn, one of them with nothing
        ),
        k8s.Service(
            metadata=_metadata(ETCD.name),
            spec=k8s.ServiceSpec(
                selector=_labels(ETCD.name),
                ports=[k8s.ServicePort(name="client", port=ETCD.port, target_port="client")],
            ),
        ),
        k8s.ConfigMap(metadata=_metadata(DNS.name), data={"Corefile": _corefile(cluster.domain)}),
        _deployment(
            DNS.name,
            replicas,
            _coredns(),
            k8s.Volume(name="config", config_map=k8s.ConfigMapVolumeSource(name=DNS.name)),
        ),
        k8s.Service(
            metadata=k8s.ObjectMeta(
                name=DNS.name,
                namespace=NAMESPACE,
                labels={**_labels(DNS.name), **EXPOSE_LABEL},
                annotations={"lbipam.cilium.io/ips": dns_address(cluster)},
            ),
            spec=k8s.ServiceSpec(
                type="LoadBalancer",
                selector=_labels(DNS.name),
                ports=[
                    k8s.ServicePort(name="dns", port=DNS.port, target_port="dns", protocol="UDP"),
                    k8s.ServicePort(name="dns-tcp", port=DNS.port, target_port="dns-tcp", protocol="TCP"),
                ],
            ),
        ),
    ]
    if replicas > 1:
        objects.append(budget(_metadata(DNS.name), _labels(DNS.name)))
    return objects


def _corefile(domain: str) -> str:
    """Return CoreDNS' configuration: this domain and no other; it reads a change of it by itself."""
    return f"""\
{domain}:1053 {{
    etcd {{
        path /skydns
        endpoint {ETCD.url}
    }}
    cache 30
    errors
    reload
    prometheus :9153
    health :8080
    ready :8181
}}
"""


def _etcd() -> k8s.Container:
    return k8s.Container(
        name="etcd",
        image=_ETCD_IMAGE,
        command=[
            "etcd",
            "--data-dir=/data",
            f"--listen-client-urls=http://0.0.0.0:{ETCD.port}",
            f"--advertise-client-urls={ETCD.url}",
            "--listen-peer-urls=http://127.0.0.1:2380",
            "--listen-metrics-urls=http://0.0.0.0:2381",
            f"--quota-backend-bytes={_QUOTA_BYTES}",
            "--auto-compaction-retention=1h",
        ],
        ports=[
            k8s.ContainerPort(name="client", container_port=ETCD.port),
            k8s.ContainerPort(name=METRICS_PORT, container_port=2381),
        ],
        readiness_probe=_probe("/readyz", METRICS_PORT),
        liveness_probe=_probe("/livez", METRICS_PORT),
        resources=_resources("10m", "32Mi", "128Mi"),
        security_context=_restricted(),
        volume_mounts=[k8s.VolumeMount(name="data", mount_path="/data")],
    )


def _coredns() -> k8s.Container:
    return k8s.Container(
        name="coredns",
        image=_COREDNS_IMAGE,
        args=["-conf", "/etc/coredns/Corefile"],
        ports=[
            k8s.ContainerPort(name="dns", container_port=1053, protocol="UDP"),
            k8s.ContainerPort(name="dns-tcp", container_port=1053, protocol="TCP"),
            k8s.ContainerPort(name=METRICS_PORT, container_port=9153),
            k8s.ContainerPort(name="health", container_port=8080),
            k8s.ContainerPort(name="ready", container_port=8181),
        ],
        readiness_probe=_probe("/ready", "ready"),
        liveness_probe=_probe("/health", "health"),
        resources=_resources("5m", "16Mi", "64Mi"),
        # The binary carries this capability as a file attribute: without it the kernel does not start it.
        security_context=_restricted(add=["NET_BIND_SERVICE"]),
        volume_mounts=[k8s.VolumeMount(name="config", mount_path="/etc/coredns", read_only=True)],
    )


def _deployment(
    name: str,
    replicas: int,
    container: k8s.Container,
    volume: k8s.Volume,
    strategy: str = "RollingUpdate",
) -> k8s.Deployment:
    return k8s.Deployment(
        metadata=_metadata(name),
        spec=k8s.DeploymentSpec(
            replicas=replicas,
            revision_history_limit=2,
            strategy=k8s.DeploymentStrategy(type=strategy),
            selector=_selector(name),
            template=k8s.PodTemplateSpec(
                metadata=k8s.ObjectMeta(labels={**_labels(name), **NO_SIDECAR}),
                spec=k8s.PodSpec(
                    automount_service_account_token=False,
                    enable_service_links=False,
                    security_context=k8s.PodSecurityContext(
                        run_as_non_root=True,
                        run_as_user=_USER,
                        run_as_group=_USER,
                        fs_group=_USER,
                        seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
                    ),
                    topology_spread_constraints=[spread(_labels(name))] if replicas > 1 else None,
                    containers=[container],
                    volumes=[volume],
                ),
            ),
        ),
    )


def _metadata(name: str) -> k8s.ObjectMeta:
    return k8s.ObjectMeta(name=name, namespace=NAMESPACE, labels=_labels(name))


def _labels(name: str) -> dict[str, str]:
    return {NAME_LABEL: name}


def _selector(name: str) -> k8s.LabelSelector:
    return k8s.LabelSelector(match_labels=_labels(name))


def _probe(path: str, port: str) -> k8s.Probe:
    return k8s.Probe(http_get=k8s.HttpGetAction(path=path, port=port), period_seconds=10)


def _resources(cpu: str, memory: str, limit: str) -> k8s.ResourceRequirements:
    amounts: Mapping[str, Mapping[str, str]] = resources(cpu, memory, limit)
    return k8s.ResourceRequirements(requests=amounts["requests"], limits=amounts["limits"])


def _restricted(add: Sequence[str] | None = None) -> k8s.SecurityContext:
    return k8s.SecurityContext(
        allow_privilege_escalation=False,
        read_only_root_filesystem=True,
        run_as_non_root=True,
        capabilities=k8s.Capabilities(drop=["ALL"], add=add),
        seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
    )
