"""apps/__main__.py:16: kind example.test/Widget
  found:    a custom kind that no application provides, used by web
  expected: an application whose chart has the CRD, or that names the kind in `provides`
  hint:     add the application that provides it, or record its facts: make facts CHARTS=DIR
"""

from platform_stack import Application, Cluster, Namespace, Platform


def widgets(chart, context):
    chart.add(
        {"apiVersion": "example.test/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "web"}}
    )


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=widgets)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
