"""apps/__main__.py:9: application 'web': flows: 'is asked for metrics'
  found:    a flow with whoever has the role Scraper, which is nobody
  expected: an application with the role, or optional=True
  hint:     a Scraper in `roles` of the application that is one
"""

from platform_stack import Application, Cluster, Flow, Holders, Namespace, Platform, Pods, Scraper

web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    flows=lambda context: (
        Flow(source=Holders(Scraper), target=Pods(), ports=(9090,), because="is asked for metrics"),
    ),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
