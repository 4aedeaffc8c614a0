"""apps/__main__.py:34: application 'web': Deployment web/web: container 'web': requests: memory
  found:    '64MB'
  expected: a Kubernetes quantity such as '500m', '2' or '64Mi'
"""

from platform_stack import Application, Cluster, Namespace, Platform


def manifests(chart, context):
    chart.add(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "web"},
            "spec": {
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/stefanprodan/podinfo:6.9.2",
                                "resources": {"requests": {"cpu": "10m", "memory": "64MB"}},
                            }
                        ]
                    },
                },
            },
        }
    )


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
