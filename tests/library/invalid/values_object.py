"""apps/__main__.py:10: chart 'a': values: path
  found:    a PosixPath
  expected: maps with text as keys, lists, text, numbers, True, False and None
"""

from pathlib import Path

from platform_stack import Application, Chart, Cluster, Namespace, Platform

chart = Chart(
    repository="https://charts.example.test", name="a", version="1.0.0", values={"path": Path("/etc")}
)
web = Application(name="web", namespaces=(Namespace(name="web"),), charts=(chart,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
