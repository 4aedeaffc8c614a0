"""apps/__main__.py:11: tenant 'shop': contact
  found:    nothing
  expected: who answers for it: a team or a person
apps/__main__.py:11: tenant 'shop': namespaces
  found:    'kube-shop', which is Kubernetes' own
  expected: a namespace of the team
"""

from platform_stack import Cluster, Platform, Tenant

shop = Tenant(name="shop", group="shop-team", contact="", namespaces=("kube-shop",))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), tenants=(shop,), clusters=(cluster,))
