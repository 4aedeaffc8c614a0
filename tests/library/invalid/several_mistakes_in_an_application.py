"""apps/__main__.py:19: application 'web': chart 'c': namespace
  found:    none
  expected: a namespace: the application owns none that could be the default
apps/__main__.py:19: application 'web': charts
  found:    two charts with the release name 'one'
  expected: a release name of its own for each chart of an application
apps/__main__.py:19: application 'web': charts
  found:    two charts with the release name 'two'
  expected: a release name of its own for each chart of an application
"""

from platform_stack import Application, Chart, Cluster, Platform


def chart(release):
    return Chart(repository="https://charts.example.test", name="c", version="1.0.0", release=release)


web = Application(
    name="web",
    namespaces=(),
    shares_namespaces_of=("store",),
    charts=(chart("one"), chart("one"), chart("two"), chart("two")),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
