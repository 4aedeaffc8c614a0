"""apps/__main__.py:13: application 'web': route 'web': plugins
  found:    'basic-auth', which the gateway 'edge' does not know
  expected: a plugin that its role has
  hint:     it has none: give it some, or write what it reads into `annotations` of the route
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service
from platform_stack.integrations import cert_manager, ingress_nginx

edge = Application(
    name="edge", namespaces=(Namespace(name="edge"),), roles=(ingress_nginx.gateway(), cert_manager.issuer("ca"))
)
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    routes=(Route(host="web", service=Service(name="web", namespace="web", port=80), plugins=("basic-auth",)),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(edge, web), clusters=(cluster,))
