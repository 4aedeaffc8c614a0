"""What `platform_stack` exports: enough for a platform's description, each name described, loaded when asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import platform_stack
from tests.public_api import PAGE, described, page

ROOT = Path(__file__).parents[3]


NAMES = """
ANY_PORT APPLICATION_HEALTH APPLICATION_SET_HEALTH CONSTRAINT_TEMPLATE_HEALTH COREDNS
COREDNS_VERSION ETCD_VERSION INGRESS_HEALTH INTERVAL KUBERNETES_VERSION KYVERNO_POLICY_HEALTH OWNER
QUOTA STATIC_PODS SYSTEM TIER Action Alert ApiObject Application ArgoCd Arrivals Backend
CertificateIssuer Chart Check Cluster Constraint Context Dashboards DataSource Entity Estate
Everything Finding Fixed Flow Gateway Generated Generation Given Holders IgnoreDifferences
ImageVerification Interception ManifestChart Match Mesh MetricsEndpoint Mutation Names Namespace
NetworkEngine Networks Panel Peer Permission Platform PlatformError PodMetadata Pods Policy
PolicyEngine PolicyException PolicyRule Profile Protocol Publisher Quota Repository Role Route
RunTime RuntimeWorkload Scraper Secret SecretOpener Selected Service Severity Sidecar SyncWave
Synchronization Template Tenant Tier TraceCollector Validation Values WantedRoute Wider alerts
allowed_registries dashboard down excepted exposed pod_monitor reaches reaches_names sends_traces
serves_webhook service_monitor static_pod to_manifest to_yaml uses_api_server within
"""


def test_the_names_are_these() -> None:
    """Who changes this list changes the library for its users: the changelog says so."""
    assert platform_stack.__all__ == NAMES.split()


@pytest.mark.parametrize("name", platform_stack.__all__)
def test_each_name_is_described(name: str) -> None:
    _, says = described()[name]
    assert says


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text() == page(), "run .venv/bin/python -m tests.public_api"


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="'platform_stack' has no attribute 'Aplication'"):
        platform_stack.Aplication  # type: ignore[attr-defined]  # noqa: B018  the mistake


def test_importing_the_library_loads_neither_cdk8s_nor_yaml() -> None:
    code = "import sys, platform_stack; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "platform_stack.model" in loaded
    assert not {"jsii", "cdk8s", "yaml", "jsonschema", "platform_stack.constructs"}.intersection(loaded)
