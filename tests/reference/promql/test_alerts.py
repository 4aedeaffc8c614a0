"""Alerts fire when they should and not when they should not: Prometheus' own engine runs them over made-up series."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apps.prometheus.values import EVALUATION_INTERVAL
from apps.shared.values import SCRAPE_INTERVAL
from apps.vault.monitoring import METRICS_RETENTION
from tests.policies.estate import estate
from tests.promql.promtool import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.promql

PER_MINUTE = 60 // int(SCRAPE_INTERVAL.removesuffix("s"))
RETENTION = int(METRICS_RETENTION.removesuffix("m"))
VAULT = 'job="vault-internal", namespace="vault", pod="vault-0"'
UP = f"up{{{VAULT}}}"
UNSEALED = f'vault_core_unsealed{{{VAULT}, cluster="vault-1"}}'
UNSEALED_BEFORE_THE_NAME = f'vault_core_unsealed{{{VAULT}, cluster=""}}'
AUDIT = f"vault_audit_log_request_failure{{{VAULT}}}"


def minutes(*steps: tuple[int, str]) -> str:
    """Return the samples of a series: for so many minutes this value, `_` for none, `stale` where it ends."""
    return " ".join(
        "stale" if value == "stale" else f"{value}x{length * PER_MINUTE - 1}" for length, value in steps
    )


def firing(alert: str, series: dict[str, str], *at: int, folder: Path) -> list[bool]:
    """Say whether an alert of the platform fires at each of these minutes."""
    groups = [
        group
        for item in estate("laptop")
        if item["kind"] == "PrometheusRule"
        for group in item["spec"]["groups"]
        if any(rule.get("alert") == alert and "expr" in rule for rule in group["rules"])
    ]
    assert len(groups) == 1
    (folder / "rules.json").write_text(json.dumps({"groups": groups}))
    return [_fires(alert, series, minute, folder) for minute in at]


def _fires(alert: str, series: dict[str, str], minute: int, folder: Path) -> bool:
    question: dict[str, Any] = {
        "expr": f'count(ALERTS{{alertname="{alert}", alertstate="firing"}}) or vector(0)',
        "eval_time": f"{minute}m",
        "exp_samples": [{"labels": "{}", "value": 0}],
    }
    test = {
        "rule_files": ["rules.json"],
        "evaluation_interval": EVALUATION_INTERVAL,
        "tests": [
            {
                "interval": SCRAPE_INTERVAL,
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [question],
            }
        ],
    }
    (folder / "test.json").write_text(json.dumps(test))
    result = run("test", "rules", str(folder / "test.json"))
    assert result.returncode in {0, 1}, result.stderr
    if result.returncode == 1:
        assert "got:" in result.stdout + result.stderr, (
            result.stdout + result.stderr
        )  # not some other failure
    return result.returncode == 1


def test_an_unsealed_vault_is_no_alert(tmp_path: Path) -> None:
    series = {
        UP: minutes((40, "1")),
        UNSEALED_BEFORE_THE_NAME: minutes((RETENTION, "0"), (1, "stale")),
        UNSEALED: minutes((1, "_"), (39, "1")),
    }
    assert firing("VaultSealed", series, 10, 30, folder=tmp_path) == [False, False]


def test_a_vault_that_was_never_unsealed_is_an_alert(tmp_path: Path) -> None:
    assert firing("VaultSealed", {UP: minutes((20, "1"))}, 3, 10, folder=tmp_path) == [False, True]
    series = {UP: minutes((20, "1")), UNSEALED_BEFORE_THE_NAME: minutes((20, "0"))}
    assert firing("VaultSealed", series, 10, folder=tmp_path) == [True]


def test_a_vault_that_says_it_was_sealed_is_an_alert(tmp_path: Path) -> None:
    series = {UP: minutes((40, "1")), UNSEALED: minutes((15, "1"), (25, "0"))}
    assert firing("VaultSealed", series, 14, 22, folder=tmp_path) == [False, True]


def test_a_vault_that_keeps_the_last_value_when_sealed_is_an_alert_all_the_same(tmp_path: Path) -> None:
    """The value goes METRICS_RETENTION after Vault was sealed at 15 minutes: five minutes later it is known."""
    series = {UP: minutes((60, "1")), UNSEALED_BEFORE_THE_NAME: minutes((15 + RETENTION, "1"), (1, "stale"))}
    assert firing("VaultSealed", series, 14, 30, folder=tmp_path) == [False, True]


def test_the_sealed_one_of_two_is_an_alert(tmp_path: Path) -> None:
    other = {name.replace("vault-0", "vault-1"): minutes((20, "1")) for name in (UP, UNSEALED)}
    assert firing("VaultSealed", {UP: minutes((20, "1")), **other}, 10, folder=tmp_path) == [True]


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (minutes((40, "0")), [False, False]),
        (minutes((20, "0"), (20, "1")), [True, False]),  # one request was refused, once
        (minutes((20, "_"), (20, "1")), [True, False]),  # the counter begins with it
        (minutes((20, "_"), (20, "0")), [False, False]),
    ],
)
def test_an_audit_log_that_cannot_be_written_is_an_alert(
    samples: str, expected: list[bool], tmp_path: Path
) -> None:
    assert firing("VaultAuditFails", {AUDIT: samples}, 23, 38, folder=tmp_path) == expected


def test_a_component_is_down_when_no_target_answers(tmp_path: Path) -> None:
    one, other = (f'up{{job="kube-state-metrics", endpoint="{name}"}}' for name in ("http", "metrics"))
    series = {one: minutes((10, "1"), (30, "0")), other: minutes((40, "0"))}
    assert firing("KubeStateMetricsDown", series, 9, 25, folder=tmp_path) == [False, True]
    assert firing("KubeStateMetricsDown", {}, 15, folder=tmp_path) == [True]
