"""apps/__main__.py:8: cluster 'kind': load_balancer_range
  found:    0.0.0.0/0
  expected: addresses that a host can have, and that are this cluster's alone
"""

from platform_stack import Cluster, Platform

cluster = Cluster(name="kind", repo_url="https://git.example.test/platform", load_balancer_range="0.0.0.0/0")
PLATFORM = Platform(applications=(), clusters=(cluster,))
