"""apps/__main__.py:37: application 'store': namespace 'stroe'
  found:    ConfigMap 'c' in a namespace that no application owns
  expected: objects in namespaces that the application owns or shares
  hint:     add Namespace(name='stroe') to its namespaces, or: did you mean 'store'?
apps/__main__.py:38: application 'web': Secret wbe/admin
  found:    namespace 'wbe', which the application neither owns nor shares
  expected: a namespace of its own, or one that it shares
  hint:     did you mean 'web'?
apps/__main__.py:38: application 'web': flows: 'calls the Kubernetes API'
  found:    pods of 'web', which has none
  expected: an application with pods
apps/__main__.py:38: kind example.test/Widget
  found:    a custom kind that no application provides, used by web
  expected: an application whose chart has the CRD, or that names the kind in `provides`
  hint:     add the application that provides it, or record its facts: make facts CHARTS=DIR
"""

from platform_stack import Application, Cluster, Generated, Namespace, Platform, Secret
from platform_stack.integrations import sealed_secrets
from platform_stack.model.flow import uses_api_server


def flows(context):
    return (
        uses_api_server(),
    )


def settings(chart, context):
    chart.add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "stroe"}})


def widgets(chart, context):
    chart.add({"apiVersion": "example.test/v1", "kind": "Widget", "metadata": {"name": "w"}})


store = Application(name="store", namespaces=(Namespace(name="store"),), manifests=settings)
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    roles=(sealed_secrets.secret_opener(),),
    secrets=(Secret(name="admin", namespace="wbe", keys={"password": Generated(what="a password")}),),
    manifests=widgets,
    flows=flows,
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(store, web), clusters=(cluster,))
