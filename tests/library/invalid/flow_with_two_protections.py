"""apps/__main__.py:43: application 'web': flows: web/web to web/store port 8080
  found:    'none' (web) and 'TLS' (web)
  expected: one protection of one connection
  hint:     give protection="TLS" to both, or to none
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.model.flow import Flow, Pods, within


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
        Flow(
            source=Pods(workloads=("web",)),
            target=Pods(workloads=("store",)),
            ports=("http",),
            because="keeps its data there",
            protection="TLS",
        ),
    )


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests, flows=flows)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
