"""apps/__main__.py:18: application 'web': flows: 'asks for prices'
  found:    the nodes, outside the mesh, to every pod of 'web', in the mesh
  expected: pods by name: Istio lets plain text in on a port of particular pods only
  hint:     name the workloads, or leave the namespace outside the mesh
"""

from platform_stack import Application, Cluster, Namespace, Platform, Sidecar
from platform_stack.integrations import cilium, istio
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
both = Application(
    name="both",
    namespaces=(Namespace(name="both"),),
    roles=(cilium.network_engine(), istio.mesh(sidecar=Sidecar(cpu="5m", memory="16Mi", known_idle="50Mi"))),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web, both), clusters=(cluster,))
