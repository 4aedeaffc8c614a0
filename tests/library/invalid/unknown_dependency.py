"""apps/__main__.py:10: application 'web': depends_on
  found:    'cert-manger', which is not an application of this platform
  expected: the name of an application in the platform's list
  hint:     did you mean 'cert-manager'?
"""

from platform_stack import Application, Cluster, Namespace, Platform

certs = Application(name="cert-manager", namespaces=(Namespace(name="cert-manager"),))
web = Application(name="web", namespaces=(Namespace(name="web"),), depends_on=("cert-manger",))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(certs, web), clusters=(cluster,))
