"""apps/__main__.py:30: application 'web': flows: 'asks for prices'
  found:    10.244.3.0/24, addresses of the cluster's own pods or Services (10.244.0.0/16)
  expected: addresses outside the cluster
  hint:     name the pods
"""

from platform_stack import Application, Cluster, Flow, Namespace, Networks, Platform, Pods


def manifests(chart, context):
    labels = {"app": "web"}
    container = {"name": "web", "image": "example.test/web:1"}
    chart.add(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            },
        }
    )


def flows(context):
    return (Flow(source=Pods(), target=Networks(("10.244.3.0/24",)), ports=(80,), because="asks for prices"),)


web = Application(name="web", namespaces=(Namespace(name="web"),), flows=flows, manifests=manifests)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
