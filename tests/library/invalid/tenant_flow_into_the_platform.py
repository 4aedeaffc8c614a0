"""apps/__main__.py:47: tenant 'shop': flows: 'calls the Kubernetes API'
  found:    a flow to the API server
  expected: flows among the tenant's own pods, to DNS names outside the cluster, or of traces (sends_traces)
  hint:     routes and monitors open the rest; else the application that answers declares the flow
apps/__main__.py:47: tenant 'shop': flows: 'looks around'
  found:    a flow to every pod of the namespace 'vault'
  expected: flows among the tenant's own pods, to DNS names outside the cluster, or of traces (sends_traces)
  hint:     routes and monitors open the rest; else the application that answers declares the flow
apps/__main__.py:47: tenant 'shop': flows: 'reads secrets'
  found:    a flow to every pod of 'vault'
  expected: flows among the tenant's own pods, to DNS names outside the cluster, or of traces (sends_traces)
  hint:     routes and monitors open the rest; else the application that answers declares the flow
"""

from platform_stack import Application, Cluster, Namespace, Platform, Sidecar, Tenant
from platform_stack.integrations import cilium, istio
from platform_stack.model.flow import Everything, Flow, Pods, reaches, uses_api_server


def deployment(name):
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": name, "image": "example.test/web:1"}]},
            },
        },
    }


vault = Application(
    name="vault",
    namespaces=(Namespace(name="vault"),),
    provides=(
        "cilium.io/CiliumNetworkPolicy",
        "security.istio.io/AuthorizationPolicy",
        "security.istio.io/PeerAuthentication",
    ),
    roles=(cilium.network_engine(), istio.mesh(sidecar=Sidecar(cpu="5m", memory="16Mi", known_idle="50Mi"))),
    manifests=lambda chart, context: chart.add(deployment("vault")),
)
shop = Tenant(
    name="shop",
    group="shop-team",
    contact="shop@example.test",
    manifests=lambda chart, context: chart.add(deployment("shop")),
    flows=lambda context: (
        reaches(Pods(application="vault"), ports=(8201,), because="reads secrets"),
        Flow(source=Pods(), target=Everything(namespace="vault"), ports=(8200,), because="looks around"),
        uses_api_server(),
    ),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(vault,), tenants=(shop,), clusters=(cluster,))
