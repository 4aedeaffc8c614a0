"""apps/__main__.py:10: publisher 'team': images
  found:    *
  expected: a host and an organisation, with '*' at the end only, such as 'quay.io/cilium/*'
  hint:     a pattern that matches everything would refuse every image that others sign
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.integrations.kyverno import Publisher

team = Publisher(
    name="team", images=("*",), issuer="https://issuer.example.test", subject="release@team.example.test"
)
web = Application(name="web", namespaces=(Namespace(name="web"),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
