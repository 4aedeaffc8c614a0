"""apps/__main__.py:10: tenant 'shop': repositories: 'web': namespace
  found:    namespace 'shop-prod', which is not the tenant's
  expected: a namespace of the tenant
  hint:     did you mean 'shop-production'?
"""

from platform_stack import Cluster, Platform, Repository, Tenant

web = Repository(name="web", url="https://git.example.test/shop", namespace="shop-prod")
shop = Tenant(
    name="shop",
    group="shop-team",
    contact="shop@example.test",
    namespaces=("shop-test", "shop-production"),
    repositories=(web,),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), tenants=(shop,), clusters=(cluster,))
