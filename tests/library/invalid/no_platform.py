"""apps/__main__.py
  found:    no variable PLATFORM
  expected: PLATFORM = Platform(applications=…, clusters=…)
"""

from platform_stack import Cluster

cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
