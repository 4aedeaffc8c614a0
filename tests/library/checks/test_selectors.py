"""A label that changes with a version selects nothing of ours; nor does another label take its place by accident."""

from __future__ import annotations

from typing import Any

import pytest

from platform_stack import Application, Cluster, Context, Namespace, Platform
from platform_stack.checks.selectors import changing
from platform_stack.estate import Estate
from platform_stack.labels import CHANGING

WEB = Application(name="web", namespaces=(Namespace(name="web"),))
PLATFORM = Platform(
    applications=(WEB,), clusters=(Cluster(name="test", repo_url="https://git.example.test/platform"),)
)
VERSION = {"matchLabels": {"app": "web", "helm.sh/chart": "web-1.2.3"}}


def found(kind: str, spec: dict[str, Any]) -> list[str]:
    item = {"apiVersion": "x/v1", "kind": kind, "metadata": {"name": "a", "namespace": "web"}, "spec": spec}
    return [finding.found for finding in changing(PLATFORM, {"web": [item]})]


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("NetworkPolicy", {"podSelector": VERSION}),
        ("NetworkPolicy", {"egress": [{"to": [{"podSelector": VERSION}]}]}),
        ("CiliumNetworkPolicy", {"endpointSelector": {"matchLabels": {"k8s:helm.sh/chart": "web-1"}}}),
        ("CiliumNetworkPolicy", {"egress": [{"toEndpoints": [{"matchLabels": {"any:helm.sh/chart": "a"}}]}]}),
        ("AuthorizationPolicy", {"selector": VERSION}),
        ("PodDisruptionBudget", {"selector": VERSION}),
        ("PodMonitor", {"selector": VERSION}),
        (
            "ServiceMonitor",
            {"selector": {"matchExpressions": [{"key": "helm.sh/chart", "operator": "Exists"}]}},
        ),
        ("Service", {"selector": {"app": "web", "helm.sh/chart": "web-1.2.3"}}),
        ("Deployment", {"template": {"spec": {"affinity": {"labelSelector": VERSION}}}}),
    ],
)
def test_whatever_selects_it_is_found(kind: str, spec: dict[str, Any]) -> None:
    assert found(kind, spec) == ["a selector with helm.sh/chart, which changes with a version"]


@pytest.mark.parametrize("label", sorted(CHANGING))
def test_each_label_is_found(label: str) -> None:
    assert found("NetworkPolicy", {"podSelector": {"matchLabels": {label: "1"}}}) != []


def test_to_carry_it_is_no_mistake() -> None:
    pod = {"metadata": {"labels": {"helm.sh/chart": "web-1"}}, "spec": {"version": "1"}}
    assert found("Deployment", {"selector": {"matchLabels": {"app": "web"}}, "template": pod}) == []


def job(name: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": "web"},
        "spec": {"template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": name}]}}},
    }


def selectors(*items: dict[str, Any]) -> list[dict[str, str]]:
    inventory = Estate(Context(PLATFORM, PLATFORM.clusters[0]), {"web": items}).inventory
    return [dict(one.selector) for one in inventory.by_application["web"]]


def test_what_lasts_is_enough() -> None:
    assert selectors(
        job("init", {"app": "init", "version": "1"}), job("end", {"app": "end", "version": "1"})
    ) == [{"app": "init"}, {"app": "end"}]


def test_what_lasts_does_not_select_somebody_else() -> None:
    """Kept, so that the check refuses whatever selects the first of them: `app` alone would admit the second."""
    assert selectors(
        job("old", {"app": "web", "version": "1"}), job("new", {"app": "web", "version": "2"})
    ) == [
        {"app": "web", "version": "1"},
        {"app": "web", "version": "2"},
    ]
    assert selectors(job("init", {"version": "1"})) == [{"version": "1"}]
