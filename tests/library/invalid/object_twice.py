"""apps/__main__.py:14: application 'web': manifests
  found:    two objects ConfigMap 'same'
  expected: each object once
"""

from platform_stack import Application, Cluster, Namespace, Platform


def settings(chart, context):
    for _ in range(2):
        chart.add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "same"}})


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=settings)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
