"""apps/__main__.py:12: application 'web': Secret wbe/admin
  found:    namespace 'wbe', which the application neither owns nor shares
  expected: a namespace of its own, or one that it shares
  hint:     did you mean 'web'?
"""

from platform_stack import Application, Cluster, Generated, Namespace, Platform, Secret
from platform_stack.integrations import sealed_secrets

secret = Secret(name="admin", namespace="wbe", keys={"password": Generated(what="a password")})
ROLES = (sealed_secrets.secret_opener(),)
web = Application(name="web", namespaces=(Namespace(name="web"),), roles=ROLES, secrets=(secret,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
