"""apps/__main__.py:31: flow: protection
  found:    mTLS
  expected: 'TLS', or nothing: what mesh and network give is computed
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.model.flow import Flow, Pods


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
        Flow(source=Pods(), target=Pods(), ports=("http",), because="asks for prices", protection="mTLS"),
    )


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests, flows=flows)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
