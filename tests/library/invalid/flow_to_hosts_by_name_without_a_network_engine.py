"""apps/__main__.py:30: application 'web': flows: 'asks for prices'
  found:    api.example.test: hosts by name, which no policy of this network can say
  expected: Networks(…), a NetworkEngine whose policies say names, or a declared exception that opens more
  hint:     wider=Wider(because="…") opens the world on these ports, with `networks` no more than these
"""

from platform_stack import Application, Cluster, Namespace, Platform, reaches_names


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
    return (reaches_names("api.example.test", because="asks for prices"),)


web = Application(name="web", namespaces=(Namespace(name="web"),), flows=flows, manifests=manifests)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
