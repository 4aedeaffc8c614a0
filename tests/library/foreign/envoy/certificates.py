"""cert-manager, with an issuer that signs for itself."""

from platform_stack import Application, Chart, Context, ManifestChart, Namespace, SyncWave, uses_api_server
from platform_stack_imports import cert_manager as api
from platform_stack_imports.k8s import ObjectMeta

from .network import cilium

ISSUER = "self-signed"


def _manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(
        api.ClusterIssuer(
            metadata=ObjectMeta(name=ISSUER),
            spec=api.ClusterIssuerSpec(self_signed=api.ClusterIssuerSpecSelfSigned()),
        ),
        wave=SyncWave.AFTER_CHART,
    )


cert_manager = Application(
    name="cert-manager",
    namespaces=(Namespace(name="cert-manager"),),
    depends_on=(cilium,),
    charts=(
        Chart(
            repository="https://charts.jetstack.io",
            name="cert-manager",
            version="v1.21.1",
            values={
                "crds": {"enabled": True},
                "global": {"leaderElection": {"namespace": "cert-manager"}},
                "startupapicheck": {"enabled": False},
            },
        ),
    ),
    manifests=_manifests,
    flows=lambda _context: (uses_api_server(),),
)
