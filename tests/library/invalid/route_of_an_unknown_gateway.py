"""apps/__main__.py:14: application 'web': route 'web': gateway
  found:    'otter', which is not an application of this platform
  expected: an application with the role Gateway
  hint:     did you mean 'outer'?
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service
from platform_stack.integrations import cert_manager, ingress_nginx, kong

inner = Application(
    name="inner", namespaces=(Namespace(name="inner"),), roles=(kong.gateway(), cert_manager.issuer("ca"))
)
outer = Application(name="outer", namespaces=(Namespace(name="outer"),), roles=(ingress_nginx.gateway(),))
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    routes=(Route(host="web", service=Service(name="web", namespace="web", port=80), gateway="otter"),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(inner, outer, web), clusters=(cluster,))
