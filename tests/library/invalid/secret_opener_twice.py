"""apps/__main__.py:11: application 'shop': roles
  found:    a second SecretOpener (the first: that of 'web', apps/__main__.py:10)
  expected: one application that opens what lies sealed in git
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.integrations import sealed_secrets

ROLES = (sealed_secrets.secret_opener(),)
web = Application(name="web", namespaces=(Namespace(name="web"),), roles=ROLES)
shop = Application(name="shop", namespaces=(Namespace(name="shop"),), roles=ROLES)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web, shop), clusters=(cluster,))
