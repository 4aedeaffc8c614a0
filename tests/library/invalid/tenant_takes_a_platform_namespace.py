"""apps/__main__.py:10: tenant 'shop': namespaces
  found:    namespace 'argocd', which 'argocd' owns (apps/__main__.py:9)
  expected: one owner for each namespace
  hint:     choose another name: a tenant shares no namespace
"""

from platform_stack import Application, Cluster, Namespace, Platform, Tenant

argocd = Application(name="argocd", namespaces=(Namespace(name="argocd"),))
shop = Tenant(name="shop", group="shop-team", contact="shop@example.test", namespaces=("shop", "argocd"))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(argocd,), tenants=(shop,), clusters=(cluster,))
