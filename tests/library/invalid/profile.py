"""apps/__main__.py:9: cluster 'kind': profile
  found:    labtop
  expected: 'laptop' or 'ha'
  hint:     did you mean 'laptop'?
"""

from platform_stack import Cluster, Platform

cluster = Cluster(name="kind", repo_url="https://git.example.test/platform", profile="labtop")
PLATFORM = Platform(applications=(), clusters=(cluster,))
