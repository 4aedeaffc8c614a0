"""apps/__main__.py:40: application 'web': flows: 'keeps its data there'
  found:    'no-such-workload' of 'store', not known: no facts are recorded for store 1.0.0
  expected: recorded facts of what the chart makes
  hint:     record them: platform-stack facts --application store
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform
from platform_stack.model.flow import Flow, Pods


def manifests(chart, context):
    chart.add(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {"containers": [{"name": "web", "image": "example.test/web:1"}]},
                },
            },
        }
    )


def flows(context):
    target = Pods(application="store", workloads=("no-such-workload",))
    return (
        Flow(source=Pods(), target=target, ports=(5432,), because="keeps its data there"),
    )


store = Application(
    name="store",
    namespaces=(Namespace(name="store"),),
    charts=(Chart(repository="https://charts.example.test", name="store", version="1.0.0"),),
)
web = Application(
    name="web", namespaces=(Namespace(name="web"),), depends_on=(store,), manifests=manifests, flows=flows
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(store, web), clusters=(cluster,))
