"""apps/__main__.py:41: application 'web': CiliumNetworkPolicy web/egress-web-init-to-api-server
  found:    a selector with helm.sh/chart, which changes with a version
  expected: labels that stay, or it misses the pods of the next version
  hint:     give the workload's pods a label of their own, such as app.kubernetes.io/component
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.integrations.cilium import network_engine
from platform_stack.model.flow import uses_api_server


def manifests(chart, context):
    labels = {"helm.sh/chart": "web-1.2.3"}
    container = {"name": "init", "image": "example.test/web:1"}
    chart.add(
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": "web-init"},
            "spec": {
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [container], "restartPolicy": "Never"},
                }
            },
        }
    )


def flows(context):
    return (uses_api_server("web-init"),)


cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
cilium = Application(
    name="cilium",
    namespaces=(Namespace(name="kube-system", existing=True),),
    provides=("cilium.io/CiliumNetworkPolicy",),
    roles=(network_engine(),),
)
web = Application(
    name="web", namespaces=(Namespace(name="web"),), flows=flows, manifests=manifests, depends_on=(cilium,)
)
PLATFORM = Platform(applications=(cilium, web), clusters=(cluster,))
