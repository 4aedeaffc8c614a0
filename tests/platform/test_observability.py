"""Everything that runs is measured, shown and missed when it is gone: over all members, from the recorded facts."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from apps.__main__ import PLATFORM
from platform_stack.integrations.grafana import DASHBOARD_LABEL
from platform_stack.integrations.prometheus import down
from platform_stack.model.cluster import PROFILES
from tests.scraping import alert_names, expressions, jobs, of_kind

if TYPE_CHECKING:
    from platform_stack import Profile


WITHOUT_METRICS = {
    "longhorn-system/longhorn-driver-deployer": "it makes other workloads, then waits",
    "longhorn-system/longhorn-ui": "a web server of static pages, without an exporter",
}
"""Workloads that have no endpoint to scrape, each with the reason; kube-state-metrics sees them all the same."""


SEEN_BY_KUBE_STATE_METRICS = "KubeDeploymentReplicasMismatch"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_workload_is_scraped(profile: Profile) -> None:
    found = jobs(profile)
    assert len(found) > 10
    assert {name for name, scraped_as in found.items() if not scraped_as} == WITHOUT_METRICS.keys() & found
    assert SEEN_BY_KUBE_STATE_METRICS in alert_names(profile)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_alert_waits_for_a_job_that_does_not_exist(profile: Profile) -> None:
    """Such an alert would fire from the first day."""
    template = re.escape(down("", "JOB").expr).replace("JOB", '([^"]+)')
    alerted = {match[1] for expr in expressions(profile) if (match := re.fullmatch(template, expr))}
    assert alerted
    assert alerted <= {job for scraped_as in jobs(profile).values() for job in scraped_as}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_platforms_own_dashboards_and_alerts_have_names_of_their_own(profile: Profile) -> None:
    dashboards = [
        json.loads(text)["uid"]
        for item in of_kind(profile, "ConfigMap")
        if DASHBOARD_LABEL.items() <= item["metadata"].get("labels", {}).items()
        for text in item["data"].values()
        if text  # a chart's is recorded without its text
    ]
    own = [
        rule["alert"]
        for item in of_kind(profile, "PrometheusRule")
        for group in item["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule and "expr" in rule
    ]
    assert dashboards
    assert [name for name, count in Counter(dashboards + own).items() if count > 1] == []


@pytest.mark.parametrize("profile", PROFILES)
def test_data_sources_and_routes_lead_to_services_that_exist(profile: Profile) -> None:
    existing = {
        (item["metadata"]["namespace"], item["metadata"]["name"], port["port"])
        for item in of_kind(profile, "Service")
        for port in item["spec"]["ports"]
    }
    targets = [
        *(source.service for member in PLATFORM.members for source in member.data_sources),
        *(route.service for member in PLATFORM.members for route in member.routes),
    ]
    assert [one for one in targets if (one.namespace, one.name, one.port) not in existing] == []
