"""apps/__main__.py:34: application 'web': depends_on
  found:    pods in the mesh (store, web) that do not wait for it
  expected: a dependency on the application whose sidecar they get, or they start without one
  hint:     add 'mesh' to depends_on
apps/__main__.py:34: application 'web': kind security.istio.io/AuthorizationPolicy
  found:    no dependency on 'mesh', which provides it
  expected: 'mesh' among what it depends on, directly or not
  hint:     add 'mesh' to depends_on
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
    chart.add(deployment("store"))


web = Application(name="web", namespaces=(Namespace(name="web", mesh=True),), manifests=manifests)
mesh = Application(
    name="mesh",
    namespaces=(Namespace(name="mesh"),),
    provides=("security.istio.io/AuthorizationPolicy", "security.istio.io/PeerAuthentication"),
    roles=(istio.mesh(sidecar=Sidecar(cpu="5m", memory="16Mi", known_idle="50Mi")),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web, mesh), clusters=(cluster,))
