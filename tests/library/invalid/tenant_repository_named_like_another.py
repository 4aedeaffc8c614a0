"""apps/__main__.py:10: Argo CD Application 'tenant-shop-web': name
  found:    a second Argo CD Application named 'tenant-shop-web' (the first: apps/__main__.py:11)
  expected: a name of its own for each Argo CD Application
"""

from platform_stack import Cluster, Platform, Repository, Tenant

web = Repository(name="web", url="https://git.example.test/shop")

shop = Tenant(name="shop", group="shop-team", contact="shop@example.test", repositories=(web,))
other = Tenant(name="shop-web", group="web-team", contact="web@example.test")
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), tenants=(shop, other), clusters=(cluster,))
