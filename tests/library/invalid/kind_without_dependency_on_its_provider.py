"""apps/__main__.py:19: application 'web': kind example.test/Widget
  found:    no dependency on 'operator', which provides it
  expected: 'operator' among what it depends on, directly or not
  hint:     add 'operator' to depends_on
"""

from platform_stack import Application, Cluster, Namespace, Platform


def widgets(chart, context):
    chart.add(
        {"apiVersion": "example.test/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "web"}}
    )


operator = Application(
    name="operator", namespaces=(Namespace(name="operator"),), provides=("example.test/Widget",)
)
web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=widgets)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(operator, web), clusters=(cluster,))
