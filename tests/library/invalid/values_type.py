"""apps/__main__.py:17: application 'known': release 'known': values: podSecurityContext
  found:    boolean true
  expected: object
apps/__main__.py:17: application 'known': release 'known': values: updateStatus
  found:    string 'certainly'
  expected: boolean
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform

chart = Chart(
    repository="https://charts.example.test",
    name="known",
    version="1.0.0",
    values={"updateStatus": "certainly", "podSecurityContext": True},
)
known = Application(name="known", namespaces=(Namespace(name="known"),), charts=(chart,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(known,), clusters=(cluster,))
