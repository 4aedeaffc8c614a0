"""apps/__main__.py:13: application 'store': data source Store
  found:    pods behind http://store.store.svc:80, not known: no facts are recorded for store 1.0.0
  expected: recorded facts of what the chart makes
  hint:     record them: platform-stack facts --application store
apps/__main__.py:13: application 'store': data source Store
  found:    pods of 'store', which queries it, not known: no facts are recorded for store 1.0.0
  expected: recorded facts of what the chart makes
  hint:     record them: platform-stack facts --application store
"""

from platform_stack import Application, Chart, Cluster, Dashboards, DataSource, Namespace, Platform, Service

store = Application(
    name="store",
    roles=(Dashboards(),),
    namespaces=(Namespace(name="store"),),
    charts=(Chart(repository="https://charts.example.test", name="store", version="1.0.0"),),
    data_sources=(
        DataSource(
            name="Store", uid="s", type="loki", service=Service(name="store", namespace="store", port=80)
        ),
    ),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(store,), clusters=(cluster,))
