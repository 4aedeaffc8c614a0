"""apps/__main__.py:10: tenant 'books': namespaces
  found:    namespace 'shop', which 'shop' owns (apps/__main__.py:9)
  expected: one owner for each namespace
  hint:     choose another name: a tenant shares no namespace
"""

from platform_stack import Cluster, Platform, Tenant

shop = Tenant(name="shop", group="shop-team", contact="shop@example.test")
books = Tenant(name="books", group="book-team", contact="books@example.test", namespaces=("shop",))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), tenants=(shop, books), clusters=(cluster,))
