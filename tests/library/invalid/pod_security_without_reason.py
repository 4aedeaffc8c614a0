"""apps/__main__.py:8: namespace 'web': because
  found:    no reason for 'privileged'
  expected: a sentence that says which pod needs more than 'restricted', and what for
"""

from platform_stack import Application, Cluster, Namespace, Platform

web = Application(name="web", namespaces=(Namespace(name="web", pod_security="privileged"),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
