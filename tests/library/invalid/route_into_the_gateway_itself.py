"""apps/__main__.py:13: tenant 'shop': route 'shop.platform.test': port of the Service
  found:    8444, where the gateway answers its administration on its loopback
  expected: another port
  hint:     give the Service a port of its own, such as 80; its targetPort may stay
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service, Tenant
from platform_stack.integrations import cert_manager, kong

namespaces = (Namespace(name="gateway"),)
roles = (kong.gateway(), cert_manager.issuer("ca"))
gateway = Application(name="gateway", roles=roles, namespaces=namespaces)
shop = Tenant(
    name="shop",
    group="shop-team",
    contact="shop@example.test",
    routes=(Route(host="shop", service=Service(name="web", namespace="shop", port=8444)),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(gateway,), tenants=(shop,), clusters=(cluster,))
