"""apps/__main__.py:9: application 'web': namespace 'web': mesh
  found:    True, and no application has the role Mesh
  expected: an application that is the mesh
  hint:     add it to the one that installs it (`roles=(istio.mesh(sidecar=…),)`), or leave out mesh=True
"""

from platform_stack import Application, Cluster, Namespace, Platform

web = Application(name="web", namespaces=(Namespace(name="web", mesh=True),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
