"""`platform-stack flows` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import commands

if TYPE_CHECKING:
    import subprocess

ROOT = Path(__file__).parents[3]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return commands.run(ROOT, "flows", *arguments)


def test_json_has_every_side_of_every_flow() -> None:
    found = json.loads(run("--format", "json").stdout)
    bridge = [
        row for row in found if row["target"] == "tracing/jaeger-tempo-bridge" and row["port"] == "17271/TCP"
    ]
    assert [(row["source"], row["declared_by"]) for row in bridge] == [("tracing/jaeger", "tracing")]
    assert {row["protection"] for row in found} <= {"mTLS", "TLS", "WireGuard", "none"}


def test_from_and_to_filter() -> None:
    found = json.loads(run("--from", "prometheus", "--to", "vault", "--format", "json").stdout)
    assert found
    assert {(row["from_application"], row["to_application"]) for row in found} == {("prometheus", "vault")}


@pytest.mark.parametrize(("form", "first"), [("mermaid", "flowchart LR"), ("dot", "digraph flows {")])
def test_graphs(form: str, first: str) -> None:
    lines = run("--format", form, "--to", "tracing").stdout.splitlines()
    assert lines[0] == first
    assert any("prometheus" in line and "tracing" in line for line in lines)


def test_the_table_fits_into_a_pipe_without_colour() -> None:
    done = run("--to", "loki")
    assert "monitoring/grafana" in done.stdout
    assert "\x1b" not in done.stdout


def test_an_unknown_application_is_wrong_usage() -> None:
    done = run("--from", "promtheus")
    assert done.returncode == 2
    assert "did you mean 'prometheus'?" in done.stderr
