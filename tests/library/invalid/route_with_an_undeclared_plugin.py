"""apps/__main__.py:30: application 'web': Ingress web/web: plugins
  found:    'basic-auht', which nobody declares
  expected: a KongClusterPlugin, or a KongPlugin of the namespace: the gateway serves the route without it
  hint:     did you mean 'basic-auth'?
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service
from platform_stack.integrations import cert_manager, kong


def plugins(chart, context):
    chart.add(
        {
            "apiVersion": "configuration.konghq.com/v1",
            "kind": "KongClusterPlugin",
            "metadata": {"name": "basic-auth"},
            "plugin": "basic-auth",
        }
    )


gateway = Application(
    name="gateway",
    roles=(kong.gateway(), cert_manager.issuer("ca")),
    namespaces=(Namespace(name="gateway"),),
    manifests=plugins,
    provides=("configuration.konghq.com/KongClusterPlugin",),
)
service = Service(name="web", namespace="web", port=80)
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    routes=(Route(host="web", service=service, plugins=("basic-auht",)),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(gateway, web), clusters=(cluster,))
