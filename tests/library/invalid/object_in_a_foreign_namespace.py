"""apps/__main__.py:14: application 'web': namespace 'wbe'
  found:    ConfigMap 'c' in a namespace that no application owns
  expected: objects in namespaces that the application owns or shares
  hint:     add Namespace(name='wbe') to its namespaces, or: did you mean 'web'?
"""

from platform_stack import Application, Cluster, Namespace, Platform


def settings(chart, context):
    chart.add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "wbe"}})


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=settings)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
