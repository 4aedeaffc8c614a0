"""No rate of a rule or dashboard looks at fewer than two samples; of the charts', from the recorded facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest

from apps.__main__ import PLATFORM
from apps.prometheus.values import EVALUATION_INTERVAL
from apps.shared.values import SCRAPE_INTERVAL
from platform_stack.model.cluster import PROFILES
from tests.policies.estate import estate
from tests.promql.asked import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack import Profile

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}

TOO_SHORT = {
    "ConfigMap cilium-dashboard cilium-dashboard.json: cilium_endpoint_regenerations_total over 30s": "to ask the "
    "agents every 15 seconds for one panel would be twice the work",
    "ConfigMap falco-grafana-dashboard falco-dashboard.json: falcosecurity_falco_n_evts_total over $__interval": "a "
    "step of the graph is two intervals long where it shows many hours",
}
"""Panels of charts that stay empty and that no value can mend, each with the reason to live with it."""


@dataclass(frozen=True)
class Range:
    """A metric that a function with need of two samples reads over a window."""

    where: str
    metric: str
    window: str

    def __str__(self) -> str:
        return f"{self.where}: {self.metric} over {self.window}"


def seconds(duration: str) -> float:
    """Return what a duration of Prometheus, or the least that one of Grafana's variables, stands for.

    $__rate_interval is at least four of the data source's timeInterval, $__interval at least one
    (https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/); $__range is what is shown.
    """
    interval = time_interval()
    variables = {"$__rate_interval": 4 * interval, "$__interval": interval, "$__range": 3600.0}
    if duration in variables:
        return variables[duration]
    assert re.fullmatch(r"(\d+(ms|[smhdwy]))+", duration), f"how long is {duration}?"
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)(ms|[smhdwy])", duration))


@cache
def time_interval() -> float:
    (source,) = (
        one for member in PLATFORM.members for one in member.data_sources if one.name == "Prometheus"
    )
    return float(source.settings["timeInterval"].removesuffix("s"))


def ranges(profile: Profile) -> Iterator[Range]:
    for where, metrics in read(profile).items():
        for metric, windows in metrics.items():
            yield from (Range(where, metric, window) for window in windows)


@cache
def recorded(profile: Profile) -> Mapping[str, float]:
    """Return the metrics that rules make, each with the seconds between its samples."""
    return {
        rule["record"]: seconds(group.get("interval", EVALUATION_INTERVAL))
        for item in estate(profile)
        if item["kind"] == "PrometheusRule"
        for group in item["spec"]["groups"]
        for rule in group["rules"]
        if "record" in rule
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_asked_less_often_than_the_windows_assume(profile: Profile) -> None:
    intervals = {
        f"{item['metadata']['namespace']}/{item['metadata']['name']}": endpoint.get(
            "interval", SCRAPE_INTERVAL
        )
        for item in estate(profile)
        if item["kind"] in {"ServiceMonitor", "PodMonitor"}
        for endpoint in item["spec"].get("endpoints", item["spec"].get("podMetricsEndpoints", []))
    }
    assert len(intervals) > 30
    assert {name: each for name, each in intervals.items() if each != SCRAPE_INTERVAL} == {}
    (prometheus,) = (item for item in estate(profile) if item["kind"] == "Prometheus")
    assert prometheus["spec"].get("scrapeInterval", SCRAPE_INTERVAL) == SCRAPE_INTERVAL
    assert time_interval() == seconds(SCRAPE_INTERVAL)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_rate_has_two_samples(profile: Profile) -> None:
    """A range leaves out the sample at its left end, so that two intervals hold two samples, and less holds one."""
    found = list(ranges(profile))
    assert len(found) > 300
    assert {one.window for one in found} >= {"1m", "5m", "$__rate_interval"}
    apart = recorded(profile)
    short = {
        str(one) for one in found if seconds(one.window) < 2 * apart.get(one.metric, seconds(SCRAPE_INTERVAL))
    }
    assert short == TOO_SHORT.keys()
