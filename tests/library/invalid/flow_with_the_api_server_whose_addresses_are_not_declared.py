"""apps/__main__.py:31: cluster 'kind': api_server_networks
  found:    none, and flows with the API server: calls the Kubernetes API (web)
  expected: the networks of the API server: no policy of this network names them otherwise
  hint:     api_server_networks=("192.0.2.7/32",) with their addresses, or the role NetworkEngine with policies that do
"""

from platform_stack import Application, Cluster, Namespace, Platform, uses_api_server


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
    return (uses_api_server(),)


web = Application(name="web", namespaces=(Namespace(name="web"),), flows=flows, manifests=manifests)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
