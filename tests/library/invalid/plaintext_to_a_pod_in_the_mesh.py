"""apps/__main__.py:43: application 'web': plaintext_because
  found:    'store', which is in the mesh
  expected: workloads that somebody talks to without encryption between nodes
  hint:     take it out
"""

from platform_stack import Application, Cluster, Namespace, Platform, Sidecar
from platform_stack.integrations import istio
from platform_stack.model.flow import within


def deployment(name, **labels):
    labels = {"app": name, **labels}
    container = {"name": name, "image": "example.test/web:1", "ports": [{"name": "http", "containerPort": 8080}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def manifests(chart, context):
    chart.add(deployment("web"))
    chart.add(deployment("store"))


def flows(context):
    return (
        within("store", ports=("http",), because="keeps its data there", source=("web",)),
    )


mesh = Application(
    name="mesh",
    namespaces=(Namespace(name="mesh"),),
    provides=("security.istio.io/AuthorizationPolicy", "security.istio.io/PeerAuthentication"),
    roles=(istio.mesh(sidecar=Sidecar(cpu="5m", memory="16Mi", known_idle="50Mi")),),
)
web = Application(
    name="web",
    depends_on=(mesh,),
    namespaces=(Namespace(name="web", mesh=True),),
    manifests=manifests,
    flows=flows,
    plaintext_because={"store": "it is old"},
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(mesh, web), clusters=(cluster,))
