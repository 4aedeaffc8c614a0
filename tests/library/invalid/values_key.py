"""apps/__main__.py:15: application 'known': release 'known': values: revisionHistoryLimt
  found:    unknown key 'revisionHistoryLimt'
  expected: one of podSecurityContext, replicas, revisionHistoryLimit, updateStatus
  hint:     did you mean 'revisionHistoryLimit'?
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform

chart = Chart(
    repository="https://charts.example.test",
    name="known",
    version="1.0.0",
    values={"revisionHistoryLimt": 2},
)
known = Application(name="known", namespaces=(Namespace(name="known"),), charts=(chart,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(known,), clusters=(cluster,))
