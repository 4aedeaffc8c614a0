"""apps/__main__.py:15: application 'web': Ingress web/web
  found:    pods behind web/web, not known: no facts are recorded for web 1.0.0
  expected: recorded facts of what the chart makes
  hint:     record them: platform-stack facts --application web
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform, Route, Service
from platform_stack.integrations import cert_manager, kong

edge = Application(
    name="edge",
    roles=(kong.gateway(), cert_manager.issuer("ca")),
    namespaces=(Namespace(name="edge"),),
)
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    charts=(Chart(repository="https://charts.example.test", name="web", version="1.0.0"),),
    routes=(Route(host="web", service=Service(name="web", namespace="web", port=80)),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(edge, web), clusters=(cluster,))
