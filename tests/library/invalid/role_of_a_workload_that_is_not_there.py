"""apps/__main__.py:28: application 'metrics': roles: Scraper: workloads
  found:    'promethues', which 'metrics' does not have
  expected: workloads of the application, as its charts, manifests or operators name them
  hint:     did you mean 'prometheus'?
"""

from platform_stack import Application, Cluster, Namespace, Platform, Scraper


def deployment(name):
    labels = {"app": name}
    container = {"name": name, "image": "example.test/web:1"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def manifests(chart, context):
    chart.add(deployment("prometheus"))


metrics = Application(
    name="metrics",
    namespaces=(Namespace(name="metrics"),),
    manifests=manifests,
    roles=(Scraper(workloads=("promethues",)),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(metrics,), clusters=(cluster,))
