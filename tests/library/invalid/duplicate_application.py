"""apps/__main__.py:9: application 'web': name
  found:    a second application named 'web' (the first: apps/__main__.py:8)
  expected: a name of its own for each application
"""

from platform_stack import Application, Cluster, Namespace, Platform

web = Application(name="web", namespaces=(Namespace(name="web"),))
other = Application(name="web", namespaces=(Namespace(name="other"),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web, other), clusters=(cluster,))
