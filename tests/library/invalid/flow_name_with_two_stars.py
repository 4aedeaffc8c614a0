"""apps/__main__.py:32: DNS name
  found:    **.example.test
  expected: a name such as 'github.com', or '*.github.io'
  hint:     a network engine reads '**' as '*', characters of one label: '*.*.github.io' is two labels below
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.model.flow import reaches_names


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
        reaches_names("**.example.test", because="asks for prices"),
    )


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests, flows=flows)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
