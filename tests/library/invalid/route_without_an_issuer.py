"""apps/__main__.py:11: application 'web': route 'web': certificate
  found:    no application with the role CertificateIssuer
  expected: who signs a certificate for its host
  hint:     a CertificateIssuer in `roles` of the application that is one, or a gateway with asks_for_certificates=False
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service
from platform_stack.integrations import kong

edge = Application(name="edge", namespaces=(Namespace(name="edge"),), roles=(kong.gateway(),))
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    routes=(Route(host="web", service=Service(name="web", namespace="web", port=80)),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(edge, web), clusters=(cluster,))
