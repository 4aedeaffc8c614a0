"""apps/__main__.py:9: tenant 'shop': routes: 'shop': service
  found:    namespace 'vault', which is not the tenant's
  expected: a namespace of the tenant
  hint:     known: shop
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service, Tenant

shop = Tenant(
    name="shop",
    group="shop-team",
    contact="shop@example.test",
    routes=(Route(host="shop", service=Service(name="vault", namespace="vault", port=8200)),),
)
vault = Application(name="vault", namespaces=(Namespace(name="vault"),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(vault,), tenants=(shop,), clusters=(cluster,))
