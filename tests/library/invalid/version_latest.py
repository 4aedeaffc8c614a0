"""apps/__main__.py:9: chart 'podinfo': version
  found:    latest
  expected: an exact version such as '1.2.3' or 'v1.2.3': what is reviewed must be what is installed
  hint:     `helm search repo CHART --versions` lists the versions there are
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform

podinfo = Chart(repository="https://stefanprodan.github.io/podinfo", name="podinfo", version="latest")
web = Application(name="web", namespaces=(Namespace(name="web"),), charts=(podinfo,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
