"""apps/__main__.py:10: application 'web': charts
  found:    two charts with the release name 'same'
  expected: a release name of its own for each chart of an application
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform

one = Chart(repository="https://charts.example.test", name="one", version="1.0.0", release="same")
two = Chart(repository="https://charts.example.test", name="two", version="1.0.0", release="same")
web = Application(name="web", namespaces=(Namespace(name="web"),), charts=(one, two))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
