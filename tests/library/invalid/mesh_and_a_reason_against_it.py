"""apps/__main__.py:9: namespace 'web': outside_mesh_because
  found:    'it is old', and mesh=True
  expected: a namespace in the mesh, or a reason why it is not
"""

from platform_stack import Application, Cluster, Namespace, Platform

web = Application(
    name="web", namespaces=(Namespace(name="web", mesh=True, outside_mesh_because="it is old"),)
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
