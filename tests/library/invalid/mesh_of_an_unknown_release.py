"""apps/__main__.py:10: application 'web': depends_on
  found:    pods in the mesh (those of release 'web') that do not wait for it
  expected: a dependency on the application whose sidecar they get, or they start without one
  hint:     add 'mesh' to depends_on
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform, Sidecar
from platform_stack.integrations import istio

web = Application(
    name="web",
    namespaces=(Namespace(name="web", mesh=True),),
    charts=(Chart(repository="https://charts.example.test", name="web", version="1.0.0"),),
)
mesh = Application(
    name="mesh",
    namespaces=(Namespace(name="mesh"),),
    roles=(istio.mesh(sidecar=Sidecar(cpu="5m", memory="16Mi", known_idle="50Mi")),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web, mesh), clusters=(cluster,))
