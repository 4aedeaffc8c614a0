"""apps/__main__.py:16: application 'web': Ingress web/web
  found:    pods of 'kong', which it leads through, not known: no facts are recorded for kong 3.4.2
  expected: recorded facts of what the chart makes
  hint:     record them: platform-stack facts --application kong
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform, Route, Service

kong = Application(
    name="kong",
    namespaces=(Namespace(name="kong"),),
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
PLATFORM = Platform(applications=(kong, web), clusters=(cluster,))
