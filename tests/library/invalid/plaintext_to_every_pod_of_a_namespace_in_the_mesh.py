"""apps/__main__.py:17: application 'web': flows: 'asks for prices'
  found:    the nodes, outside the mesh, to every pod of 'web', in the mesh
  expected: pods by name: Istio lets plain text in on a port of particular pods only
  hint:     name the workloads, or leave the namespace outside the mesh
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.model.flow import Entity, Everything, Flow


def flows(context):
    return (
        Flow(source=Entity.NODES, target=Everything(namespace="web"), ports=(8080,), because="asks for prices"),
    )


web = Application(
    name="web",
    namespaces=(Namespace(name="web", mesh=True),),
    provides=("cilium.io/CiliumNetworkPolicy",),
    flows=flows,
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
