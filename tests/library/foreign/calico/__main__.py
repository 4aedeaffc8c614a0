"""A platform with plain NetworkPolicies: Calico, ingress-nginx, VictoriaMetrics, External Secrets, no mesh."""

from pathlib import Path

from platform_stack import (
    ArgoCd,
    Cluster,
    Context,
    Flow,
    ManifestChart,
    Platform,
    Wider,
    reaches_names,
    uses_api_server,
)
from tests.library.foreign.argo_cd import NAMESPACE as ARGO_CD
from tests.library.foreign.argo_cd import argo_cd
from tests.library.foreign.shop import BANK, NAMESPACE, PAYMENTS, shop

from .gateway import ingress_nginx
from .metrics import prometheus_kinds, victoria_metrics
from .network import calico
from .secrets import external_secret, external_secrets


def _secret(chart: ManifestChart, _context: Context) -> None:
    chart.add(external_secret("payments", NAMESPACE, "token"))


def _flows(_context: Context) -> tuple[Flow, ...]:
    wider = Wider(because="the bank names this network as theirs", networks=(BANK,))
    return (uses_api_server(), reaches_names(PAYMENTS, because="takes payments", wider=wider))


SHOP = shop(
    flows=_flows,
    depends_on=(ingress_nginx, external_secrets, victoria_metrics),
    monitored=True,
    manifests=_secret,
)

PLATFORM = Platform(
    bootstrap=(
        calico,
        argo_cd(
            calico,
            metrics=True,
            annotations={"nginx.ingress.kubernetes.io/backend-protocol": "HTTPS"},
        ),
    ),
    applications=(prometheus_kinds, victoria_metrics, ingress_nginx, external_secrets, SHOP),
    clusters=(
        Cluster(
            name="calico",
            repo_url="https://git.example.test/platform",
            domain="calico.test",
            argo_cd=ArgoCd(namespace=ARGO_CD),
            # Docker gives two nodes of KIND the addresses after its own, in any order.
            node_networks=("172.18.0.2/31",),
            api_server_networks=("172.18.0.2/31",),
            plaintext_because="the nodes are containers of one machine",
        ),
    ),
    facts=Path(__file__).parent / "facts",
)
