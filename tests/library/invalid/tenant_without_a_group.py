"""apps/__main__.py:8: tenant 'shop': group
  found:    nothing
  expected: the group of the team, as the identity provider names it
"""

from platform_stack import Cluster, Platform, Tenant

shop = Tenant(name="shop", group=" ", contact="shop@example.test")
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), tenants=(shop,), clusters=(cluster,))
