"""apps/__main__.py:10: application 'grafana': route
  found:    an unknown argument
  expected: one that it has
  hint:     did you mean 'routes'?
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service

grafana = Service(name="grafana", namespace="monitoring", port=80)
web = Application(
    name="grafana",
    namespaces=(Namespace(name="monitoring"),),
    route=(Route(host="grafana", service=grafana),),
)
PLATFORM = Platform(applications=(web,), clusters=(Cluster(name="kind", repo_url="https://git.example.test/a"),))
