"""apps/__main__.py:10: policy 'registries': rule
  found:    what there is on the cluster, not known: no facts are recorded for web 1.0.0
  expected: recorded facts of what the chart makes
  hint:     record them: platform-stack facts --application web
"""

from platform_stack import Action, Application, Chart, Cluster, Namespace, Platform, Policy
from platform_stack.integrations.kyverno import allowed_registries

registries = Policy(
    name="registries",
    severity="high",
    protects_from="Somebody's image runs here.",
    asks="Each image comes from a known place.",
    hint="Name the registry.",
    judges=("Pod spec.containers.image",),
    rule=allowed_registries(),
    engine="kyverno",
    tenants=Action.DENY,
    platform=Action.DENY,
)
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    charts=(Chart(repository="https://charts.example.test", name="web", version="1.0.0"),),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), policies=(registries,), clusters=(cluster,))
