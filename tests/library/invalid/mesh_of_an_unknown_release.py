"""apps/__main__.py:9: application 'web': depends_on
  found:    pods in the mesh (those of release 'web') that do not wait for it
  expected: a dependency on the application whose sidecar they get, or they start without one
  hint:     no application of the platform has a `sidecar`
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform

web = Application(
    name="web",
    namespaces=(Namespace(name="web", mesh=True),),
    charts=(Chart(repository="https://charts.example.test", name="web", version="1.0.0"),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
