"""apps/__main__.py:13: application 'guest': charts
  found:    release 'same' in namespace 'web', which 'web' has too (apps/__main__.py:12)
  expected: a release name that is unique in its namespace
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform

one = Chart(repository="https://charts.example.test", name="one", version="1.0.0", release="same")
two = Chart(
    repository="https://charts.example.test", name="two", version="1.0.0", release="same", namespace="web"
)
web = Application(name="web", namespaces=(Namespace(name="web"),), charts=(one,))
guest = Application(
    name="guest", namespaces=(), charts=(two,), depends_on=(web,), shares_namespaces_of=(web,)
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web, guest), clusters=(cluster,))
