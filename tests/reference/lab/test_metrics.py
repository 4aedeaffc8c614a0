"""The comparison of what is asked for with what is exposed; the lab makes it with what its pods say."""

from __future__ import annotations

import re

import pytest

from tests.lab.metrics import NOT_ALWAYS, expected, exposed, owner, unknown_names, unrecorded_names
from tests.policies.estate import estate
from tests.promql.asked import read

# What node-exporter 1.12.1 and a sealed OpenBao 2.7.2 (for Vault) say, cut to a few families, without their help.
NODE_EXPORTER = """\
# TYPE go_gc_duration_seconds summary
go_gc_duration_seconds{quantile="0"} 0
go_gc_duration_seconds{quantile="1"} 0
go_gc_duration_seconds_sum 0
go_gc_duration_seconds_count 0
# TYPE node_cpu_seconds_total counter
node_cpu_seconds_total{cpu="0",mode="idle"} 221.79
node_cpu_seconds_total{cpu="0",mode="user"} 593.03
# TYPE node_load1 gauge
node_load1 8.14
"""
VAULT = """\
# TYPE vault_audit_log_request summary
vault_audit_log_request{quantile="0.5"} NaN
vault_audit_log_request_sum 0.005152999889105558
vault_audit_log_request_count 1
# TYPE vault_audit_log_request_failure counter
vault_audit_log_request_failure 0
# TYPE vault_core_unsealed gauge
vault_core_unsealed{cluster=""} 0
vault_core_unsealed{cluster="vault-cluster-08d9adfc"} 0
"""
ASKED = {
    "node-exporter": {"node_load1": ["nodes"], "node_load0": ["nodes", "a rule"]},
    "vault": {"vault_audit_log_request_count": ["vault"]},
    "velero": {"velero_backup_total": ["velero"]},
}


def test_the_names_of_series_are_read() -> None:
    assert exposed(VAULT) == {
        "vault_audit_log_request",
        "vault_audit_log_request_count",
        "vault_audit_log_request_failure",
        "vault_audit_log_request_failure_total",
        "vault_audit_log_request_sum",
        "vault_core_unsealed",
    }
    assert {"node_load1", "node_cpu_seconds_total", "go_gc_duration_seconds_sum"} < exposed(NODE_EXPORTER)
    empty = "# HELP a_seconds How long.\n# TYPE a_seconds histogram\n# TYPE b counter\n# EOF\n"
    assert exposed(empty) == {"a_seconds_bucket", "a_seconds_sum", "a_seconds_count", "b", "b_total"}
    assert exposed('{"utf-8.name",a="b"} 1\n') == {"utf-8.name"}


def test_a_name_that_nothing_exposes_is_found() -> None:
    expositions = {"node-exporter": [NODE_EXPORTER], "vault": [VAULT]}
    finding = "node-exporter does not expose node_load0, asked for by a rule, nodes"
    assert unknown_names(ASKED, expositions) == [finding]
    assert unknown_names(ASKED, {"vault": [VAULT]}) == []
    assert unknown_names(ASKED, {"node-exporter": [""]}) == [
        finding,
        finding.replace("0, asked for by a rule,", "1, asked for by"),
    ]


def test_each_of_a_programs_endpoints_may_expose_it() -> None:
    asked = {"kube-state-metrics": {"kube_node_info": ["nodes"], "kube_state_metrics_list_total": ["rules"]}}
    assert (
        unknown_names(asked, {"kube-state-metrics": ["kube_node_info 1", "kube_state_metrics_list_total 1"]})
        == []
    )
    assert len(unknown_names(asked, {"kube-state-metrics": ["kube_node_info 1"]})) == 1


def test_what_is_not_always_there_may_be_missing() -> None:
    assert unknown_names(ASKED, {"node-exporter": [NODE_EXPORTER]}, {"node_load0"}) == []
    asked = expected(read("laptop"))
    names = {name for metrics in asked.values() for name in metrics}
    assert [pattern for pattern in NOT_ALWAYS if not any(re.fullmatch(pattern, one) for one in names)] == []


def test_who_exposes_it_is_known_of_every_name_that_is_read() -> None:
    asked = expected(read("laptop"))
    assert len(asked) > 30
    assert sum(map(len, asked.values())) > 450
    assert (
        "PrometheusRule kps-kube-state-metrics kube-state-metrics"
        in asked["kube-state-metrics"]["kube_state_metrics_list_total"]
    )
    assert asked["vault"]["vault_core_unsealed"] == [
        "PrometheusRule vault vault",
        "ConfigMap dashboard-vault vault.json",
    ]


@pytest.mark.parametrize("name", ["up", "scrape_duration_seconds", "ALERTS", "a:b:rate5m", "go_goroutines"])
def test_nobody_in_particular_exposes_what_all_do_and_what_prometheus_adds(name: str) -> None:
    assert owner(name) == ""


def test_a_name_of_nobody_is_refused() -> None:
    with pytest.raises(LookupError, match=r"acme_total: exposed by no program of tests/lab/metrics\.py"):
        owner("acme_total")


def test_what_rules_should_record_is_recorded() -> None:
    """What is missing is the API server's, whose rules are off because its histograms are not kept."""
    assert unrecorded_names(read("laptop"), estate("laptop")) == {
        "apiserver_request:availability30d",
        "cluster_quantile:apiserver_request_sli_duration_seconds:histogram_quantile",
        "code_resource:apiserver_request_total:rate5m",
    }
    assert unrecorded_names({"board": {"a:b": []}}, []) == {"a:b"}
