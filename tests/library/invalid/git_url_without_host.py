"""apps/__main__.py:8: cluster 'kind': repo_url
  found:    https:///platform
  expected: a git URL with a host, such as https://github.com/you/your-platform
"""

from platform_stack import Cluster, Platform

cluster = Cluster(name="kind", repo_url="https:///platform")
PLATFORM = Platform(applications=(), clusters=(cluster,))
