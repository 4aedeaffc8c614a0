"""apps/__main__.py:9: cluster 'My Laptop': name
  found:    My Laptop
  expected: a DNS label: lower-case letters, digits and '-', at most 63, a letter or digit at both ends
  hint:     did you mean 'my-laptop'?
"""

from platform_stack import Cluster, Platform

cluster = Cluster(name="My Laptop", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), clusters=(cluster,))
