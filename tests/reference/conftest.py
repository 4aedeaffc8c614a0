"""These tests are about this repository's own platform: of another, in the apps/ of a fork, they say nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from apps.__main__ import PLATFORM

if TYPE_CHECKING:
    import pytest

HERE = Path(__file__).parent
APPLICATIONS = frozenset(
    [
        "argocd",
        "cert-manager",
        "cilium",
        "external-dns",
        "falco",
        "gatekeeper",
        "istio",
        "kong",
        "kyverno",
        "loki",
        "longhorn",
        "prometheus",
        "sealed-secrets",
        "tracing",
        "vault",
        "velero",
    ]
)
"""By these, a cluster named `kind` and no tenant the platform is recognized; versions and values may change."""

IS_REFERENCE = {member.name for member in PLATFORM.members} == APPLICATIONS and [
    cluster.name for cluster in PLATFORM.clusters
] == ["kind"]

collect_ignore_glob = [] if IS_REFERENCE else ["*"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end of a run that they were left out."""
    if not IS_REFERENCE:
        terminalreporter.write_line(
            "tests/reference was left out: apps/ describes another platform than this repository's own"
        )
