"""The bridge by which Jaeger reads from Tempo: one pod of two processes, without a state of its own.

Jaeger 2 speaks version 2 of its storage protocol only, and Tempo's own adapter version 1:

    jaeger -- v2 --> remote-storage -- v1 --> tempo-query -- HTTP --> tempo
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from platform_stack import Service
from platform_stack_imports import k8s

from ..shared.endpoints import TRACING
from ..shared.workloads import budget, spread

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject

BRIDGE = Service(name="jaeger-tempo-bridge", namespace=TRACING, port=17271)
LABELS = {"app.kubernetes.io/name": BRIDGE.name, "app.kubernetes.io/component": "storage-bridge"}
METRICS_PORT = "http-metrics"
USER = 10001
CONFIG_LABEL = "platform-stack.io/config"
"""Label of the pods that changes with their configuration, and so rolls them."""

_TEMPO_QUERY_IMAGE = "docker.io/grafana/tempo-query:2.10.8"
_REMOTE_STORAGE_IMAGE = "docker.io/jaegertracing/jaeger-remote-storage:1.76.0"
"""The last one that speaks both versions of the storage protocol."""

_TEMPO_QUERY = "127.0.0.1:7777"
_STORAGE_PORT = "grpc-storage"
_ADMIN_PORT = 17270
_ANY = "0.0.0.0"  # noqa: S104  the pod's own address is not known here


def bridge(query: Service, *, available: bool) -> list[ApiObject]:
    """Return the bridge's objects.

    Args:
        query: where Tempo answers queries.
        available: whether there are two of it, spread over the nodes.

    """
    config = (
        f"address: {_TEMPO_QUERY}\n"
        f"backend: {query.host}:{query.port}\n"
        "find_traces_concurrent_requests: 4\n"
        "services_query_duration: 24h\n"
    )
    metadata = k8s.ObjectMeta(name=BRIDGE.name, namespace=TRACING, labels=LABELS)
    labels = {**LABELS, CONFIG_LABEL: digest(config)}
    objects: list[ApiObject] = [
        k8s.ConfigMap(metadata=metadata, data={"tempo-query.yaml": config}),
        # Without any right: it is the bridge's identity in the mesh.
        k8s.ServiceAccount(metadata=metadata, automount_service_account_token=False),
        k8s.Deployment(
            metadata=metadata,
            spec=k8s.DeploymentSpec(
                replicas=2 if available else 1,
                selector=k8s.LabelSelector(match_labels=LABELS),
                template=k8s.PodTemplateSpec(
                    metadata=k8s.ObjectMeta(labels=labels),
                    spec=k8s.PodSpec(
                        service_account_name=BRIDGE.name,
                        automount_service_account_token=False,
                        security_context=k8s.PodSecurityContext(
                            run_as_non_root=True,
                            run_as_user=USER,
                            run_as_group=USER,
                            seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
                        ),
                        topology_spread_constraints=[spread(LABELS)] if available else None,
                        containers=[_tempo_query(), _remote_storage()],
                        volumes=[
                            k8s.Volume(
                                name="configuration", config_map=k8s.ConfigMapVolumeSource(name=BRIDGE.name)
                            )
                        ],
                    ),
                ),
            ),
        ),
        k8s.Service(
            metadata=metadata,
            spec=k8s.ServiceSpec(
                selector=LABELS,
                ports=[
                    k8s.ServicePort(
                        name=_STORAGE_PORT, port=BRIDGE.port, target_port=_STORAGE_PORT, app_protocol="grpc"
                    ),
                    k8s.ServicePort(name=METRICS_PORT, port=_ADMIN_PORT, target_port=METRICS_PORT),
                ],
            ),
        ),
    ]
    if available:
        objects.append(budget(k8s.ObjectMeta(name=BRIDGE.name, namespace=TRACING), LABELS))
    return objects


def _tempo_query() -> k8s.Container:
    """Translate version 1 of the storage protocol into Tempo's HTTP, for the other container only."""
    return k8s.Container(
        name="tempo-query",
        image=_TEMPO_QUERY_IMAGE,
        args=["-config", "/conf/tempo-query.yaml"],
        volume_mounts=[k8s.VolumeMount(name="configuration", mount_path="/conf", read_only=True)],
        resources=_bridge_resources(),
        security_context=_bridge_security(),
    )


def _remote_storage() -> k8s.Container:
    """Translate version 2 of the storage protocol into version 1."""
    probe = k8s.Probe(http_get=k8s.HttpGetAction(path="/", port=METRICS_PORT))
    return k8s.Container(
        name="remote-storage",
        image=_REMOTE_STORAGE_IMAGE,
        args=[
            f"--grpc-storage.server={_TEMPO_QUERY}",
            "--grpc-storage.connection-timeout=30s",
            f"--grpc.host-port={_ANY}:{BRIDGE.port}",
            f"--admin.http.host-port={_ANY}:{_ADMIN_PORT}",
            "--log-level=warn",
        ],
        env=[k8s.EnvVar(name="SPAN_STORAGE_TYPE", value="grpc")],
        ports=[
            k8s.ContainerPort(name=_STORAGE_PORT, container_port=BRIDGE.port),
            k8s.ContainerPort(name=METRICS_PORT, container_port=_ADMIN_PORT),
        ],
        readiness_probe=probe,
        liveness_probe=probe,
        resources=_bridge_resources(),
        security_context=_bridge_security(),
    )


def _bridge_resources() -> k8s.ResourceRequirements:
    return k8s.ResourceRequirements(requests={"cpu": "5m", "memory": "16Mi"}, limits={"memory": "128Mi"})


def _bridge_security() -> k8s.SecurityContext:
    return k8s.SecurityContext(
        allow_privilege_escalation=False,
        read_only_root_filesystem=True,
        capabilities=k8s.Capabilities(drop=["ALL"]),
    )


def digest(config: object) -> str:
    """Return a label value that changes with the configuration."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:16]
