"""apps/__main__.py:9: application 'Web_Shop': name
  found:    Web_Shop
  expected: a DNS label: lower-case letters, digits and '-', at most 63, a letter or digit at both ends
  hint:     did you mean 'web-shop'?
"""

from platform_stack import Application, Cluster, Namespace, Platform

web = Application(name="Web_Shop", namespaces=(Namespace(name="web"),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
