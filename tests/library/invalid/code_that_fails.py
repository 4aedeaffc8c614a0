"""apps/__main__.py:9: ZeroDivisionError: division by zero
  hint:     --traceback shows how it came to this
"""

from platform_stack import Cluster, Platform

cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
clusters = (cluster,)
share = 100 / (len(clusters) - 1)
PLATFORM = Platform(applications=(), clusters=clusters)
