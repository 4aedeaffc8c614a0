"""What is written for a role that nobody has is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from platform_stack import Dashboards, DataSource, Service, pod_monitor, to_manifest
from platform_stack.checks.unread import read_by_somebody
from platform_stack.integrations import ingress, kong, prometheus
from tests.library.integrations.small import application, estate

if TYPE_CHECKING:
    from platform_stack import Role

MONITOR = to_manifest(pod_monitor("web", "web", labels={}, port="p80"))
BACKEND = {"service": {"name": "web", "port": {"number": 80}}}
INGRESS: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": {"name": "web", "namespace": "web"},
    "spec": {"ingressClassName": "kong", "defaultBackend": BACKEND},
}
SOURCE = DataSource(
    name="Logs", uid="logs", type="loki", service=Service(name="web", namespace="web", port=80)
)


def found(item: dict[str, Any], *roles: Role) -> list[str]:
    members = application("web"), application("other", roles=roles)
    return [f"{one.where}: {one.found}" for one in read_by_somebody(estate(*members, more={"web": [item]}))]


@pytest.mark.parametrize(
    ("item", "role", "kind"),
    [(MONITOR, prometheus.scraper(), "PodMonitor"), (INGRESS, kong.gateway(), "Ingress")],
)
def test_an_object_that_nobody_reads_is_told(item: dict[str, Any], role: Role, kind: str) -> None:
    (one,) = found(item)
    assert f"application 'web': {kind} web/web: nobody who reads it" in one
    assert found(item, role) == []


def test_an_ingress_of_another_class_is_told() -> None:
    (one,) = found(INGRESS, ingress.gateway("nginx"))
    assert "no application has a Gateway for it" in one


def test_an_ingress_that_leads_to_no_service_is_read_all_the_same() -> None:
    assert found({**INGRESS, "spec": {"ingressClassName": "kong"}}, kong.gateway()) == []


def test_a_data_source_without_dashboards_is_told() -> None:
    web = application("web", data_sources=(SOURCE,))
    (one,) = read_by_somebody(estate(web))
    assert "nobody who queries Logs" in one.found
    assert list(read_by_somebody(estate(web, application("shown", roles=(Dashboards(),))))) == []
