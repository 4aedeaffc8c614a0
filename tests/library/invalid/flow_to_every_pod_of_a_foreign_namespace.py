"""apps/__main__.py:36: application 'web': flows: 'asks its helpers'
  found:    every pod of 'wbe', a namespace that it does not own
  expected: a namespace of the application itself
  hint:     did you mean 'web'?
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.model.flow import Everything, Flow, Pods


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
        Flow(source=Pods(), target=Everything(namespace="wbe"), ports=(443,), because="asks its helpers"),
    )


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests, flows=flows)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
