"""apps/__main__.py:10: application 'second': roles
  found:    a second NetworkEngine (the first: 'first', apps/__main__.py:9)
  expected: one NetworkEngine at most on a platform
  hint:     take one out: pods have one network and one mesh
"""

from platform_stack import Application, Cluster, Namespace, NetworkEngine, Platform

first = Application(name="first", namespaces=(Namespace(name="first"),), roles=(NetworkEngine(),))
second = Application(name="second", namespaces=(Namespace(name="second"),), roles=(NetworkEngine(),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(bootstrap=(first,), applications=(second,), clusters=(cluster,))
