"""apps/__main__.py:17: application 'ingress-nginx': flows: 'calls the Kubernetes API'
  found:    pods of 'ingress-nginx', not known: no facts are recorded for ingress-nginx 4.12.0
  expected: recorded facts of what the chart makes
  hint:     record them: platform-stack facts --application ingress-nginx
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform
from platform_stack.model.flow import uses_api_server


def flows(context):
    return (
        uses_api_server(),
    )


ingress = Application(
    name="ingress-nginx",
    namespaces=(Namespace(name="ingress-nginx"),),
    charts=(Chart(repository="https://charts.example.test", name="ingress-nginx", version="4.12.0"),),
    flows=flows,
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(ingress,), clusters=(cluster,))
