"""apps/__main__.py:8: application 'web': namespaces
  found:    'web' twice
  expected: each once
"""

from platform_stack import Application, Cluster, Namespace, Platform

web = Application(name="web", namespaces=(Namespace(name="web"), Namespace(name="web", mesh=True)))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
