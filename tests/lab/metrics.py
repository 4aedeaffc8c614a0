"""Whether what rules and dashboards ask for is what the running programs expose.

A name that nobody exposes makes a panel empty and an alert silent, and nothing else says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from platform_stack.facts import Manifest

_EXPOSED_BY = {
    "alertmanager": r"alertmanager_.*",
    "alloy": r"alloy_.*|loki_write_.*",
    "argocd": r"argocd_.*",
    "cert-manager": r"certmanager_.*",
    "cilium-agent": r"cilium_(?!operator_).*",
    "cilium-operator": r"cilium_operator_.*",
    "config-reloader": r"reloader_.*",
    "coredns": r"coredns_.*",
    "dns-etcd": r"etcd_.*",
    "external-dns": r"external_dns_.*",
    "falco": r"falcosecurity_.*",
    "gatekeeper": r"gatekeeper_.*",
    "grafana": r"grafana_.*",
    "hubble": r"hubble_.*",
    "istio-cni": r"istio_cni_.*",
    "istio-proxy": r"istio_(?!cni_).*",
    "istiod": r"citadel_.*|pilot_.*|sidecar_injection_.*",
    "jaeger": r"jaeger_.*|otelcol_.*",
    "kong": r"kong_.*|ingress_controller_.*",
    "kube-apiserver": r"aggregator_.*|apiserver_.*|kubernetes_build_info",
    "kube-state-metrics": r"kube_.*",
    "kubelet": r"container_.*|kubelet_.*|storage_operation_.*|volume_manager_.*",
    "kyverno": r"kyverno_.*",
    "loki": r"loki_(?!write_).*",
    "longhorn": r"longhorn_.*",
    "node-exporter": r"node_.*",
    "prometheus": r"prometheus_(?!operator_).*",
    "prometheus-operator": r"prometheus_operator_.*",
    "redis": r"redis_.*",
    "sealed-secrets": r"sealed_secrets_.*",
    "seaweedfs": r"SeaweedFS_.*",
    "tempo": r"tempo_.*|tempodb_.*",
    "tenant": r"http_request_duration_seconds_.*",
    "vault": r"vault_(?!agent_injector_).*",
    "vault-agent-injector": r"vault_agent_injector_.*",
    "velero": r"velero_.*",
}
"""Whose metrics they are, by their names; what `_OF_MANY` matches is everybody's."""

_OF_MANY = re.compile(r"go_.*|process_.*|rest_client_.*|workqueue_.*")
"""Of the client libraries for Go and Kubernetes."""

_OF_PROMETHEUS = re.compile(r"up|scrape_.*|ALERTS(_FOR_STATE)?|.*:.*")
"""What Prometheus itself adds, and what rules record: by convention, with a colon in the name."""

_OF_NOBODY = {
    "cortex_ingester_flush_queue_length": "Loki's name comes first in that panel",
    "kvstore_operations_total": "Cilium with etcd; here it keeps its state in custom resources",
    "promtail_custom_bad_words_total": "Promtail; here Alloy collects the logs",
}
"""What dashboards of charts ask for and nothing here exposes, each with whose it is."""

NOT_ALWAYS = {
    r"aggregator_unavailable_apiservice_total": "an aggregated API that was away",
    r"alertmanager_cluster_(failed_peers|members)": "Alertmanager of two replicas and more: alone it has no peers",
    r"apiserver_request_terminations_total": "a request that the API server ended in self-defence",
    r"cilium_(datapath_conntrack_dump_resets|errors_warnings)_total": "something that went wrong in an agent",
    r"cilium_bpf_syscall_duration_seconds_.*": "Cilium's metrics that are off unless asked for",
    r"cilium_kvstore_.*": "Cilium with etcd; here it keeps its state in custom resources",
    r"cilium_operator_(ec2|ipam)_.*": "Cilium with the addresses of a cloud",
    r"cilium_services_events_total": "Cilium's metrics that are off unless asked for",
    r"container_fs_(reads|writes)_bytes_total": "a container that read or wrote a device, as the kernel counts it",
    r"coredns_(cache_size|dns_do_requests_total|dns_request_duration_seconds)": "CoreDNS before 1.7",
    r"coredns_dns_(request|response)_(size_bytes|.*count_total)": "CoreDNS before 1.7",
    r"hubble_http_.*": "Cilium's rules about HTTP, which nothing here has",
    r"kube_horizontalpodautoscaler_.*": "a HorizontalPodAutoscaler",
    r"kube_job_.*": "a Job",
    r"kube_state_metrics_list_total": "kube-state-metrics without WatchList, which lists nothing (its tests/e2e)",
    r"kubelet_(certificate_manager_server_ttl_seconds|server_expiration_renew_errors)": "a kubelet that renews "
    "its serving certificate; kubeadm's signs its own",
    r"kubelet_evictions": "a node that evicted a pod",
    r"kubelet_node_config_error": "kubelets before 1.24",
    r"kubelet_runtime_operations_errors_total|storage_operation_errors_total": "an operation that failed",
    r"kubelet_volume_stats_.*": "a claim's volume that can be measured; local-path's are folders of the node",
    r"node_bonding_.*": "a node with bonded interfaces",
    r"node_md_disks.*": "a node with software RAID",
    r"node_systemd_.*": "node-exporter's collector systemd, which is off",
    r"prometheus_remote_storage_.*": "a Prometheus that writes somewhere else",
    r"sealed_secrets_controller_unseal_errors_total": "a SealedSecret that could not be opened",
    r"vault_core_handle_request(_count)?": "an unsealed Vault, after the first request",
}
"""Metrics that a program exposes only sometimes, as patterns, each with when."""

_SUFFIXES = {
    "counter": ("", "_total"),
    "histogram": ("_bucket", "_sum", "_count"),
    "gaugehistogram": ("_bucket", "_gsum", "_gcount"),
    "summary": ("", "_sum", "_count"),
    "info": ("", "_info"),
}
_TYPE = re.compile(r"# TYPE (\S+) (\w+)")
_SAMPLE = re.compile(r'(?:\{"([^"]+)"|([a-zA-Z_:][a-zA-Z0-9_:]*))')


def owner(name: str) -> str:
    """Return the program that exposes a metric; empty if it is everybody's, Prometheus' own, or known to be nobody's.

    Raises:
        LookupError: none or several of the programs may do so: say it in _EXPOSED_BY.

    """
    if name in _OF_NOBODY or _OF_MANY.fullmatch(name) or _OF_PROMETHEUS.fullmatch(name):
        return ""
    owners = [program for program, pattern in _EXPOSED_BY.items() if re.fullmatch(pattern, name)]
    if len(owners) != 1:
        message = f"{name}: exposed by {' and '.join(owners) or 'no program of tests/lab/metrics.py'}"
        raise LookupError(message)
    return owners[0]


def expected(reads: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, list[str]]]:
    """Return what is asked of each program: by metric, who asks.

    Args:
        reads: by rule group or dashboard the metrics that it reads, see platform_stack.integrations.promql.reads.

    """
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for where, metrics in reads.items():
        for name in metrics:
            if program := owner(name):
                found[program][name].append(where)
    return {program: dict(metrics) for program, metrics in found.items()}


def exposed(exposition: str) -> set[str]:
    """Return the names of the series in an exposition, in Prometheus' text format or OpenMetrics.

    A family with a type but without a sample counts, with the names that its samples would have
    (https://prometheus.io/docs/instrumenting/exposition_formats/).
    """
    found: set[str] = set()
    for line in exposition.splitlines():
        if match := _TYPE.match(line):
            found.update(match[1] + suffix for suffix in _SUFFIXES.get(match[2], ("",)))
        elif not line.startswith("#") and (match := _SAMPLE.match(line)):
            found.add(match[1] or match[2])
    return found


def unknown_names(
    asked: Mapping[str, Mapping[str, Iterable[str]]],
    expositions: Mapping[str, Iterable[str]],
    not_always: Collection[str] = (),
) -> list[str]:
    """Return a finding for each metric that a running program is asked for and does not expose.

    Args:
        asked: what `expected` returns.
        expositions: by program, what each of its endpoints said. What a program is asked for that is not there is
            not judged, nor one that is asked for nothing.
        not_always: patterns of metrics that may be missing, such as the keys of NOT_ALWAYS.

    Returns:
        "PROGRAM does not expose NAME, asked for by PLACE, PLACE", in alphabetical order.

    """
    findings = []
    for program, texts in expositions.items():
        names = set().union(*map(exposed, texts))
        for name, places in asked.get(program, {}).items():
            if name not in names and not any(re.fullmatch(pattern, name) for pattern in not_always):
                findings.append(f"{program} does not expose {name}, asked for by {', '.join(sorted(places))}")
    return sorted(findings)


def unrecorded_names(reads: Mapping[str, Mapping[str, object]], rules: Iterable[Manifest]) -> set[str]:
    """Return the recorded metrics (with a colon in their names) that are read and that no rule records."""
    recorded = {
        rule["record"]
        for item in rules
        if item["kind"] == "PrometheusRule"
        for group in item["spec"]["groups"]
        for rule in group["rules"]
        if "record" in rule
    }
    return {name for metrics in reads.values() for name in metrics if ":" in name} - recorded
