"""apps/__main__.py:10: cluster 'kind': name
  found:    a second cluster named 'kind' (the first: apps/__main__.py:10)
  expected: a name of its own for each cluster
"""

from platform_stack import Cluster, Platform

one = Cluster(name="kind", repo_url="https://git.example.test/platform")
two = Cluster(name="kind", repo_url="https://git.example.test/other")
PLATFORM = Platform(applications=(), clusters=(one, two))
