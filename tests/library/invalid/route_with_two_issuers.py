"""apps/__main__.py:15: application 'web': route 'web': certificate
  found:    several applications with the role CertificateIssuer: edge, other
  expected: one that signs
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service
from platform_stack.integrations import cert_manager, ingress_nginx

edge = Application(
    name="edge", namespaces=(Namespace(name="edge"),), roles=(ingress_nginx.gateway(), cert_manager.issuer("ca"))
)
other = Application(
    name="other", namespaces=(Namespace(name="other"),), roles=(cert_manager.issuer("other"),)
)
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    routes=(Route(host="web", service=Service(name="web", namespace="web", port=80)),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(edge, other, web), clusters=(cluster,))
