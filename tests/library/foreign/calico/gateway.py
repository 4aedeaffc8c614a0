"""ingress-nginx: the way in."""

from platform_stack import Application, Chart, Namespace, exposed, uses_api_server
from platform_stack.integrations import ingress_nginx as product

from .metrics import prometheus_kinds
from .network import calico

CONTROLLER = "ingress-nginx-controller"

ingress_nginx = Application(
    name="ingress-nginx",
    roles=(product.gateway(asks_for_certificates=False, workloads=(CONTROLLER,)),),
    namespaces=(
        Namespace(
            name="ingress-nginx",
            pod_security="baseline",
            because="the controller listens on ports below 1024, with NET_BIND_SERVICE",
        ),
    ),
    depends_on=(calico, prometheus_kinds),
    charts=(
        Chart(
            repository="https://kubernetes.github.io/ingress-nginx",
            name="ingress-nginx",
            version="4.15.1",
            values={
                "controller": {
                    "admissionWebhooks": {"enabled": False},
                    "service": {"type": "NodePort"},
                    "metrics": {"enabled": True, "serviceMonitor": {"enabled": True}},
                }
            },
        ),
    ),
    flows=lambda _context: (
        uses_api_server(CONTROLLER),
        exposed(CONTROLLER, ports=("http", "https"), because="is the way in"),
    ),
)
