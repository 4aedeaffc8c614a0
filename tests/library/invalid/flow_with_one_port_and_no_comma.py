"""apps/__main__.py:12: flow: ports
  found:    8080 (int)
  expected: a tuple of whole number or text
  hint:     a tuple of one has a comma: (8080,)
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.model.flow import within


def flows(context):
    return (within("web", ports=(8080), because="asks itself"),)


def manifests(chart, context):
    pass


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests, flows=flows)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
