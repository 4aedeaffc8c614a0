"""apps/__main__.py:18: application 'web': Ingress web/web
  found:    pods of 'edge', which it leads through, not known: no facts are recorded for kong 3.4.2
  expected: recorded facts of what the chart makes
  hint:     record them: platform-stack facts --application edge
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform, Route, Service
from platform_stack.integrations import cert_manager, kong

edge = Application(
    name="edge",
    roles=(kong.gateway(), cert_manager.issuer("ca")),
    namespaces=(Namespace(name="edge"),),
    charts=(
        Chart(repository="https://charts.example.test", name="kong", version="3.4.2", release="edge"),
    ),
)
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    routes=(Route(host="web", service=Service(name="web", namespace="web", port=80)),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(edge, web), clusters=(cluster,))
