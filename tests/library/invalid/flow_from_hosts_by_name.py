"""apps/__main__.py:11: flow: source
  found:    api.example.test
  expected: who is known by labels or by address: nobody sees by which name a connection comes
  hint:     name the Networks
"""

from platform_stack import Application, Cluster, Flow, Names, Namespace, Platform, Pods


def flows(context):
    return (Flow(source=Names(("api.example.test",)), target=Pods(), ports=(80,), because="tells prices"),)


web = Application(name="web", namespaces=(Namespace(name="web"),), flows=flows)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
