"""cert-manager: certificates for routes and webhooks, from the platform's own CA or from an ACME server."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from platform_stack import Application, Chart, Context, Namespace, SyncWave
from platform_stack.integrations.cert_manager import issuer
from platform_stack.model.flow import Flow, reaches_names, uses_api_server

from ..shared.endpoints import PLATFORM_ISSUER
from .issuers import ACME_EMAIL, ACME_SERVER, acme_issuer, platform_ca
from .monitoring import cert_manager_monitoring
from .values import NAMESPACE, cert_manager_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _manifests(chart: ManifestChart, _context: Context) -> None:
    wave = SyncWave.AFTER_CHART
    for number, item in enumerate(platform_ca(NAMESPACE)):
        chart.add(item, wave=wave + number)
    if ACME_EMAIL:
        chart.add(acme_issuer(ACME_EMAIL, ACME_SERVER), wave=wave)
    for item in cert_manager_monitoring():
        chart.add(item)


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server(),
        *(
            [
                reaches_names(
                    urlsplit(ACME_SERVER).hostname or "",
                    because="asks for certificates",
                    source=("cert-manager",),
                )
            ]
            if ACME_EMAIL
            else []
        ),
    )


cert_manager = Application(
    name="cert-manager",
    roles=(issuer(PLATFORM_ISSUER),),
    flows=_flows,
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="the API server calls its webhook, and it is there before the mesh",
        ),
    ),
    charts=(
        Chart(
            repository="https://charts.jetstack.io",
            name="cert-manager",
            version="v1.21.1",
            values=cert_manager_values,
        ),
    ),
    manifests=_manifests,
)
