"""apps/__main__.py:37: application 'web': namespace 'web': mesh
  found:    'store', which asks for no sidecar in its labels
  expected: pods that are all in the mesh
  hint:     give it a namespace of its own, or let pods join one by one, by their own label
"""

from platform_stack import Application, Cluster, Namespace, Platform, Sidecar
from platform_stack.integrations import istio


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
    chart.add(deployment("store", **{"sidecar.istio.io/inject": "false"}))


mesh = Application(
    name="mesh",
    namespaces=(Namespace(name="mesh"),),
    provides=("security.istio.io/AuthorizationPolicy", "security.istio.io/PeerAuthentication"),
    roles=(istio.mesh(sidecar=Sidecar(cpu="5m", memory="16Mi", known_idle="50Mi")),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
web = Application(
    name="web", namespaces=(Namespace(name="web", mesh=True),), manifests=manifests, depends_on=(mesh,)
)
PLATFORM = Platform(applications=(web, mesh), clusters=(cluster,))
