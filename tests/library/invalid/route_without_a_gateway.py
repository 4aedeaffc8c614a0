"""apps/__main__.py:9: application 'web': route 'web'
  found:    no application with the role Gateway
  expected: a gateway that leads it
  hint:     a Gateway in `roles` of the application that is one: platform_stack.integrations makes some
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service

web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    routes=(Route(host="web", service=Service(name="web", namespace="web", port=80)),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
