"""apps/__main__.py:15: application 'sealed-secrets': release 'sealed-secrets': values: revisionHistoryLimt
  found:    unknown key 'revisionHistoryLimt'
  expected: one of the 60 keys that the chart knows here
  hint:     did you mean 'revisionHistoryLimit'?
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform

chart = Chart(
    repository="https://bitnami-labs.github.io/sealed-secrets",
    name="sealed-secrets",
    version="2.18.5",
    values={"revisionHistoryLimt": 2},
)
secrets = Application(
    name="sealed-secrets",
    namespaces=(Namespace(name="sealed-secrets"),),
    charts=(chart,),
    provides=("monitoring.coreos.com/ServiceMonitor",),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(secrets,), clusters=(cluster,))
