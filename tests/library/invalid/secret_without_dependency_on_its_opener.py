"""apps/__main__.py:14: application 'web': secrets
  found:    no dependency on 'opener', which opens them in the cluster
  expected: 'opener' among what it depends on, directly or not
  hint:     add 'opener' to depends_on
"""

from platform_stack import Application, Cluster, Generated, Namespace, Platform, Secret
from platform_stack.integrations import sealed_secrets

opener = Application(
    name="opener", namespaces=(Namespace(name="opener"),), roles=(sealed_secrets.secret_opener(),)
)
secret = Secret(name="admin", namespace="web", keys={"password": Generated(what="a password")})
web = Application(name="web", namespaces=(Namespace(name="web"),), secrets=(secret,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(opener, web), clusters=(cluster,))
