"""apps/__main__.py:36: application 'web': flows: 'asks for prices'
  found:    a flow with 'wbe', which is not an application of this platform
  expected: an application of the platform, or optional=True
  hint:     did you mean 'web'?
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.model.flow import Pods, reaches


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
        reaches(Pods(application="wbe"), ports=(443,), because="asks for prices"),
    )


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests, flows=flows)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
