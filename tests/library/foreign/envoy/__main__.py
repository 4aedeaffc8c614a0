"""A platform with the Gateway API: Cilium, Envoy Gateway, cert-manager; nobody scrapes, no mesh, no policy engine."""

from pathlib import Path

from platform_stack import (
    INGRESS_HEALTH,
    ArgoCd,
    Cluster,
    Context,
    Flow,
    Platform,
    reaches_names,
    uses_api_server,
)
from tests.library.foreign.argo_cd import NAMESPACE as ARGO_CD
from tests.library.foreign.argo_cd import argo_cd
from tests.library.foreign.shop import PAYMENTS, shop

from .certificates import cert_manager
from .gateway import envoy_gateway
from .network import cilium


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (uses_api_server(), reaches_names(PAYMENTS, because="takes payments"))


PLATFORM = Platform(
    bootstrap=(
        cilium,
        # Its own route is there before the gateway.
        argo_cd(cilium, health={"gateway.networking.k8s.io_HTTPRoute": INGRESS_HEALTH}, insecure=True),
    ),
    applications=(
        cert_manager,
        envoy_gateway,
        shop(flows=_flows, depends_on=(envoy_gateway,), monitored=False),
    ),
    clusters=(
        Cluster(
            name="envoy",
            repo_url="https://git.example.test/platform",
            domain="envoy.test",
            argo_cd=ArgoCd(namespace=ARGO_CD),
            plaintext_because="the nodes are containers of one machine",
        ),
    ),
    facts=Path(__file__).parent / "facts",
)
