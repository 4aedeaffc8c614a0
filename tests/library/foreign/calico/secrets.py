"""External Secrets: what is secret lies with a cloud's secret manager, and in no git."""

from platform_stack import (
    Application,
    Chart,
    Context,
    ManifestChart,
    Namespace,
    SyncWave,
    Wider,
    reaches_names,
    uses_api_server,
)

from .metrics import prometheus_kinds
from .network import calico

_API = "external-secrets.io"
STORE = "secret-manager"
_OPERATOR = "external-secrets"


def _manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(
        {
            "apiVersion": f"{_API}/v1",
            "kind": "ClusterSecretStore",
            "metadata": {"name": STORE},
            "spec": {"provider": {"gcpsm": {"projectID": "shop-production"}}},
        },
        wave=SyncWave.AFTER_CHART,
    )


def external_secret(name: str, namespace: str, key: str) -> dict[str, object]:
    """Return the object of which the operator makes a Secret of the same name, with one key."""
    return {
        "apiVersion": f"{_API}/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
            "data": [{"secretKey": key, "remoteRef": {"key": f"{namespace}-{name}"}}],
        },
    }


external_secrets = Application(
    name="external-secrets",
    namespaces=(Namespace(name="external-secrets"),),
    depends_on=(calico, prometheus_kinds),
    charts=(
        Chart(
            repository="https://charts.external-secrets.io",
            name="external-secrets",
            version="2.9.0",
            values={"serviceMonitor": {"enabled": True}},
        ),
    ),
    manifests=_manifests,
    flows=lambda _context: (
        uses_api_server(),
        reaches_names(
            "secretmanager.googleapis.com",
            "oauth2.googleapis.com",
            because="reads secrets",
            source=(_OPERATOR,),
            wider=Wider(because="the addresses of these hosts are many, and change"),
        ),
    ),
)
