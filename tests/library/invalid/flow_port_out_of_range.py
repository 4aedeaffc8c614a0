"""apps/__main__.py:31: flow: ports[0]
  found:    80800
  expected: a port from 1 to 65535, or its name
"""

from platform_stack import Application, Cluster, Namespace, Platform
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
        within("store", ports=(80800,), because="keeps its data there", source=("web",)),
    )


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests, flows=flows)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
