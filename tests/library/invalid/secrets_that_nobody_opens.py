"""apps/__main__.py:10: application 'web': secrets
  found:    Secrets, which no application of this platform opens
  expected: an application with the role SecretOpener, and a dependency on it
  hint:     add one, such as platform_stack.integrations has; or leave out Secrets that somebody else makes
"""

from platform_stack import Application, Cluster, Generated, Namespace, Platform, Secret

secret = Secret(name="admin", namespace="web", keys={"password": Generated(what="a password")})
web = Application(name="web", namespaces=(Namespace(name="web"),), secrets=(secret,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
