"""apps/__main__.py:7: TypeError: Cluster.__init__() got an unexpected keyword argument 'colour'
  hint:     --traceback shows how it came to this
"""

from platform_stack import Cluster, Platform

cluster = Cluster(name="kind", repo_url="https://git.example.test/platform", colour="red")
PLATFORM = Platform(applications=(), clusters=(cluster,))
