"""apps/__main__.py:28: application 'traces': roles: TraceCollector: workloads
  found:    'temop', which 'traces' does not have
  expected: workloads of the application, as its charts, manifests or operators name them
  hint:     did you mean 'tempo'?
"""

from platform_stack import Application, Cluster, Namespace, Platform, TraceCollector


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
    chart.add(deployment("tempo"))


traces = Application(
    name="traces",
    namespaces=(Namespace(name="traces"),),
    manifests=manifests,
    roles=(TraceCollector(workloads=("temop",)),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(traces,), clusters=(cluster,))
