"""apps/__main__.py:10: cluster 'kind': repo_url
  found:    'https://git.example.test/platform\\n'
  expected: a git URL in one line, without spaces
"""

from platform_stack import Cluster, Platform

URL = """https://git.example.test/platform
"""
cluster = Cluster(name="kind", repo_url=URL)
PLATFORM = Platform(applications=(), clusters=(cluster,))
