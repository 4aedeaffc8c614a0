"""apps/__main__.py:49: application 'web': Service web
  found:    no annotation ingress.kubernetes.io/service-upstream: 'true', and pods in the mesh behind it
  expected: the annotation: without it the gateway's requests arrive without mutual TLS
  hint:     set it in the values of the chart, or where the object is made
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service, Sidecar
from platform_stack.integrations import cert_manager, istio, kong


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
    chart.add(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]},
        }
    )


mesh = Application(
    name="mesh",
    namespaces=(Namespace(name="mesh"),),
    provides=("security.istio.io/AuthorizationPolicy", "security.istio.io/PeerAuthentication"),
    roles=(istio.mesh(sidecar=Sidecar(cpu="5m", memory="16Mi", known_idle="50Mi")),),
)
gateway = Application(
    name="gateway",
    namespaces=(Namespace(name="gateway"),),
    roles=(kong.gateway(), cert_manager.issuer("ca")),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
web = Application(
    name="web",
    namespaces=(Namespace(name="web", mesh=True),),
    manifests=manifests,
    depends_on=(mesh,),
    routes=(Route(host="web", service=Service(name="web", namespace="web", port=80)),),
)
PLATFORM = Platform(applications=(web, mesh, gateway), clusters=(cluster,))
