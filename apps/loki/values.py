"""The values of Loki's chart."""

from __future__ import annotations

from platform_stack import Context, Service, Values

from ..shared.values import NO_SIDECAR, resources, service_monitor

NAMESPACE = "logging"
LOKI = Service(name="loki", namespace=NAMESPACE, port=3100)

RETENTION = "48h"
_OFF = {"enabled": False}
_NONE = {"replicas": 0}
_EMPTY_DASHBOARDS = (
    # They look for a container of each component, and for Loki's label app_instance on the kubelet's metrics.
    "loki-reads-resources",
    "loki-writes-resources",
    # Of components that do not run here.
    "loki-bloom-build",
    "loki-bloom-gateway",
    "loki-mixin-recording-rules",
    "loki-thanos-object-storage",
)
"""Dashboards of the chart that show nothing where Loki is one process that keeps its data on a volume.

Its containers' CPU and memory are in Kubernetes / Compute Resources / Pod.
"""


def loki_values(_context: Context) -> Values:
    """Return one process with its data on a volume.

    The same on both profiles: replicas share their data through an object store, and this store is a volume.
    """
    return {
        "fullnameOverride": LOKI.name,
        "deploymentMode": "Monolithic",
        "loki": _config(),
        "singleBinary": {
            "replicas": 1,
            "sidecar": False,
            "resources": resources("30m", "64Mi", "384Mi"),
            "persistence": {
                "enabled": True,
                "size": "5Gi",
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "podDisruptionBudget": _OFF,  # of a single replica it would block every drain
        },
        "sidecar": {"rules": _OFF},  # it reads every Secret of the cluster, and there are no rules for it
        # The pod joins itself when it starts: its address must be known before it is ready.
        "memberlist": {"service": {"publishNotReadyAddresses": True}},
        "serviceAccount": {"create": True, "automountServiceAccountToken": False},
        "defaults": {"automountServiceAccountToken": False},
        "rbac": {"namespaced": True},
        # Of a large installation: the caches alone ask for 11 GiB.
        "gateway": _OFF,
        "chunksCache": _OFF,
        "resultsCache": _OFF,
        "lokiCanary": _OFF,
        "test": _OFF,
        "ruler": _OFF,
        "minio": _OFF,
        "rollout_operator": _OFF,
        "backend": _NONE,
        "read": _NONE,
        "write": _NONE,
        "monitoring": {
            "serviceMonitor": service_monitor(),
            "dashboards": {
                "enabled": True,
                "annotations": {"grafana_folder": "Loki"},
                **dict.fromkeys(_EMPTY_DASHBOARDS, _OFF),
            },
            "rules": {"enabled": True},  # the dashboards read what they record
            "alerts": {"enabled": True},
        },
    }


def _config() -> Values:
    return {
        "auth_enabled": False,
        "commonConfig": {"path_prefix": "/var/loki", "replication_factor": 1},
        "storage": {
            "type": "filesystem",
            "filesystem": {"chunks_directory": "/var/loki/chunks", "rules_directory": "/var/loki/rules"},
        },
        "schemaConfig": {
            "configs": [
                {
                    "from": "2024-04-01",
                    "store": "tsdb",
                    "object_store": "filesystem",
                    "schema": "v13",
                    "index": {"prefix": "index_", "period": "24h"},
                }
            ]
        },
        "limits_config": {
            "retention_period": RETENTION,
            "reject_old_samples": True,
            "reject_old_samples_max_age": RETENTION,
            "allow_structured_metadata": True,  # the trace of a line
            "ingestion_rate_mb": 8,
            "ingestion_burst_size_mb": 16,
            "per_stream_rate_limit": "1MB",  # a container's
            "per_stream_rate_limit_burst": "4MB",
            "max_line_size": "16KB",
            "max_line_size_truncate": True,
            "max_query_parallelism": 2,
            "max_streams_per_user": 5000,
            "query_timeout": "60s",
            "split_queries_by_interval": "1h",
            "max_cache_freshness_per_query": "10m",
            "volume_enabled": True,
        },
        "compactor": {
            "working_directory": "/var/loki/compactor",
            "retention_enabled": True,  # without it nothing is ever deleted
            "delete_request_store": "filesystem",
            "compaction_interval": "10m",
            "retention_delete_delay": "1h",
        },
        "ingester": {
            "chunk_encoding": "snappy",
            "chunk_idle_period": "30m",
            "max_chunk_age": "1h",
            # Below the memory limit, or a restart after a crash would never end.
            "wal": {"flush_on_shutdown": True, "replay_memory_ceiling": "128MB"},
        },
        "querier": {"max_concurrent": 2},
        "query_range": {"parallelise_shardable_queries": False},
        "analytics": {"reporting_enabled": False},
        "server": {
            "http_listen_port": LOKI.port,
            "grpc_listen_port": 9095,
            "log_level": "warn",
            "grpc_server_max_recv_msg_size": 8388608,
            "grpc_server_max_send_msg_size": 8388608,
        },
        "podLabels": NO_SIDECAR,
    }
