"""apps/__main__.py:16: application 'web': flows: 'calls the Kubernetes API'
  found:    pods of 'web', which has none
  expected: an application with pods
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.model.flow import uses_api_server


def flows(context):
    return (
        uses_api_server(),
    )


web = Application(name="web", namespaces=(Namespace(name="web"),), flows=flows)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
