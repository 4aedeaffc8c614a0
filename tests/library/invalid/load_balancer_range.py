"""apps/__main__.py:9: cluster 'kind': load_balancer_range
  found:    '172.18.1.7/24' (172.18.1.7/24 has host bits set)
  expected: a network in CIDR notation, such as '172.18.1.0/24'
  hint:     did you mean '172.18.1.0/24'?
"""

from platform_stack import Cluster, Platform

cluster = Cluster(
    name="kind", repo_url="https://git.example.test/platform", load_balancer_range="172.18.1.7/24"
)
PLATFORM = Platform(applications=(), clusters=(cluster,))
