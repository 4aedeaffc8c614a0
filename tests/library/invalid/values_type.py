"""apps/__main__.py:17: application 'sealed-secrets': release 'sealed-secrets': values: podSecurityContext
  found:    boolean true
  expected: object
apps/__main__.py:17: application 'sealed-secrets': release 'sealed-secrets': values: updateStatus
  found:    string 'certainly'
  expected: boolean
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform

chart = Chart(
    repository="https://bitnami-labs.github.io/sealed-secrets",
    name="sealed-secrets",
    version="2.18.5",
    values={"updateStatus": "certainly", "podSecurityContext": True},
)
secrets = Application(
    name="sealed-secrets",
    namespaces=(Namespace(name="sealed-secrets"),),
    charts=(chart,),
    provides=("monitoring.coreos.com/ServiceMonitor",),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(secrets,), clusters=(cluster,))
