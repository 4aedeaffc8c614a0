"""apps/__main__.py:13: application 'web': manifests
  found:    a function of (chart)
  expected: a function of (chart, context)
"""

from platform_stack import Application, Cluster, Namespace, Platform


def manifests(chart):
    chart.add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}})


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
