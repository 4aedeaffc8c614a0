"""apps/__main__.py:8: cluster 'kind': iscsi
  found:    'yes' (str)
  expected: True or False
"""

from platform_stack import Cluster, Platform

cluster = Cluster(name="kind", repo_url="https://git.example.test/platform", iscsi="yes")
PLATFORM = Platform(applications=(), clusters=(cluster,))
