"""apps/__main__.py:10: application 'other': namespaces
  found:    namespace 'shared', which 'web' owns (apps/__main__.py:9)
  expected: one owner for each namespace
  hint:     add 'web' to shares_namespaces_of and depends_on instead
"""

from platform_stack import Application, Cluster, Namespace, Platform

web = Application(name="web", namespaces=(Namespace(name="shared"),))
other = Application(name="other", namespaces=(Namespace(name="shared"),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web, other), clusters=(cluster,))
