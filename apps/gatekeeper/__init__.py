"""Gatekeeper: the policy engine for organisation-wide rules, and for rules that compare objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import (
    Application,
    Chart,
    Context,
    IgnoreDifferences,
    Namespace,
    RunTime,
    Synchronization,
)
from platform_stack.integrations import gatekeeper as product
from platform_stack.model.flow import Flow, uses_api_server

from ..policies.admission import GATEKEEPER_NAMESPACE as NAMESPACE
from .monitoring import gatekeeper_monitoring
from .values import gatekeeper_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _manifests(chart: ManifestChart, _context: Context) -> None:
    for item in gatekeeper_monitoring():
        chart.add(item)


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (uses_api_server(),)


gatekeeper = Application(
    name="gatekeeper",
    roles=(product.policy_engine(),),
    flows=_flows,
    run_time=RunTime(known_idle={"gatekeeper-audit": "137Mi", "gatekeeper-controller-manager": "140Mi"}),
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="the API server calls its webhook: every change in the cluster waits for it",
        ),
    ),
    charts=(
        Chart(
            repository="https://open-policy-agent.github.io/gatekeeper/charts",
            name="gatekeeper",
            version="3.23.0",
            values=gatekeeper_values,
        ),
    ),
    manifests=_manifests,
    sync=Synchronization(
        ignore_differences=(
            IgnoreDifferences(
                group="",
                kind="Secret",
                name="gatekeeper-webhook-server-cert",
                jq_path_expressions=(".data",),
                because="the webhook makes its certificate, and renews it, in this Secret",
            ),
        ),
    ),
)
