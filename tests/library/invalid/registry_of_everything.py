"""apps/__main__.py:10: allowed registries
  found:    *
  expected: a host with an optional path and without a pattern, such as 'ghcr.io/team'
  hint:     what matches everything allows everything
"""

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.integrations.kyverno import allowed_registries

rule = allowed_registries("ghcr.io/team", "*")
web = Application(name="web", namespaces=(Namespace(name="web"),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
