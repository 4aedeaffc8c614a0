"""apps/__main__.py:9: tenant 'shop': name
  found:    a second tenant named 'shop' (the first: apps/__main__.py:8)
  expected: a name of its own for each tenant
"""

from platform_stack import Cluster, Platform, Tenant

shop = Tenant(name="shop", group="shop-team", contact="shop@example.test")
books = Tenant(name="shop", group="book-team", contact="books@example.test", namespaces=("books",))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), tenants=(shop, books), clusters=(cluster,))
