"""apps/__main__.py:8: tenant 'shop': namespaces
  found:    'kube-system', which is Kubernetes' own
  expected: a namespace of the team
"""

from platform_stack import Cluster, Platform, Tenant

shop = Tenant(name="shop", group="shop-team", contact="shop@example.test", namespaces=("kube-system",))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), tenants=(shop,), clusters=(cluster,))
