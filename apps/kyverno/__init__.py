"""Kyverno: the policy engine for pods, images, mutation and generated defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, IgnoreDifferences, Namespace, RunTime, Synchronization
from platform_stack.integrations import kyverno as product
from platform_stack.model.flow import Flow, reaches_names, serves_webhook, uses_api_server

from ..istio import istio
from ..policies.admission import KYVERNO_NAMESPACE as NAMESPACE
from .monitoring import kyverno_monitoring
from .registries import signed_at
from .removal import removal
from .values import kyverno_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _manifests(chart: ManifestChart, _context: Context) -> None:
    for item in kyverno_monitoring():
        chart.add(item)
    chart.add(removal())


def _flows(context: Context) -> tuple[Flow, ...]:
    flows = (uses_api_server(), serves_webhook("kyverno-admission-controller", port="https"))
    hosts = signed_at(context)
    if not hosts:
        return flows
    # Signatures are verified at admission only: the background scan leaves them out.
    verifies = reaches_names(*hosts, source=("kyverno-admission-controller",), because="verifies signatures")
    return (*flows, verifies)


kyverno = Application(
    name="kyverno",
    # A policy makes PeerAuthentications, whose kind Istio provides.
    depends_on=(istio,),
    roles=(product.policy_engine(exceptions_in=NAMESPACE),),
    flows=_flows,
    run_time=RunTime(
        known_idle={
            "kyverno-admission-controller": "244-278Mi",
            "kyverno-background-controller": "80Mi",
            "kyverno-reports-controller": "80-101Mi",
        },
    ),
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="the API server calls its webhook: every new pod waits for it, those of the mesh too",
        ),
    ),
    charts=(
        Chart(
            repository="https://kyverno.github.io/kyverno/",
            name="kyverno",
            version="3.9.0",
            values=kyverno_values,
        ),
    ),
    manifests=_manifests,
    # The comparison asks the API server with the mutating webhooks, which write defaults into policies
    # (https://kyverno.io/docs/installation/platform-notes/#notes-for-argocd-users).
    sync=Synchronization(
        annotations={"argocd.argoproj.io/compare-options": "ServerSideDiff=true,IncludeMutationWebhook=true"},
        ignore_differences=(
            IgnoreDifferences(
                group="monitoring.coreos.com",
                kind="PrometheusRule",
                jq_path_expressions=('.metadata.annotations["prometheus-operator-validated"]',),
                because="the webhook of Prometheus' operator, which comes later, writes it into each rule it has read",
            ),
        ),
    ),
)
