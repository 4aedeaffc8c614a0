"""apps/__main__.py:9: AppProject 'vault': name
  found:    a second AppProject named 'vault' (the first: apps/__main__.py:8)
  expected: a name of its own for each AppProject
"""

from platform_stack import Application, Cluster, Namespace, Platform, Tenant

vault = Application(name="vault", namespaces=(Namespace(name="vault"),))
shop = Tenant(name="vault", group="shop-team", contact="shop@example.test", namespaces=("shop",))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(vault,), tenants=(shop,), clusters=(cluster,))
