"""apps/__main__.py:12: application 'second': roles
  found:    a second Mesh (the first: 'first', apps/__main__.py:11)
  expected: one Mesh at most on a platform
  hint:     take one out: pods have one network and one mesh
"""

from platform_stack import Application, Cluster, Namespace, Platform, Sidecar
from platform_stack.integrations import istio

roles = (istio.mesh(sidecar=Sidecar(cpu="5m", memory="16Mi", known_idle="50Mi")),)
first = Application(name="first", namespaces=(Namespace(name="first"),), roles=roles)
second = Application(name="second", namespaces=(Namespace(name="second"),), roles=roles)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(first, second), clusters=(cluster,))
