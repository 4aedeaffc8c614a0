"""apps/__main__.py:12: application 'web': Secret web/admin
  found:    a second one of that name (the first: that of 'web')
  expected: each Secret once
"""

from platform_stack import Application, Cluster, Generated, Namespace, Platform, Secret
from platform_stack.integrations import sealed_secrets

one = Secret(name="admin", namespace="web", keys={"password": Generated(what="a password")})
two = Secret(name="admin", namespace="web", keys={"password": Generated(what="a password")})
ROLES = (sealed_secrets.secret_opener(),)
web = Application(name="web", namespaces=(Namespace(name="web"),), roles=ROLES, secrets=(one, two))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
