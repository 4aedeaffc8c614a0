"""apps/__main__.py:8: tenant 'shop': registries
  found:    https://ghcr.io/shop
  expected: a registry's host, with an optional path and without a scheme or a pattern, such as 'ghcr.io/team'
"""

from platform_stack import Cluster, Platform, Tenant

shop = Tenant(name="shop", group="shop-team", contact="s@example.test", registries=("https://ghcr.io/shop",))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), tenants=(shop,), clusters=(cluster,))
