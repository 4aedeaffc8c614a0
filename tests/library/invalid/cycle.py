"""apps/__main__.py:9: application 'one': depends_on
  found:    a cycle: one -> two -> three -> one
  expected: dependencies without a cycle
  hint:     remove one of these dependencies
"""

from platform_stack import Application, Cluster, Namespace, Platform

one = Application(name="one", namespaces=(Namespace(name="one"),), depends_on=("two",))
two = Application(name="two", namespaces=(Namespace(name="two"),), depends_on=("three",))
three = Application(name="three", namespaces=(Namespace(name="three"),), depends_on=("one",))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(one, two, three), clusters=(cluster,))
