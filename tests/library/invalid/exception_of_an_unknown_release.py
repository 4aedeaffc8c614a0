"""apps/__main__.py:24: application 'web': exception from 'pinned-images'
  found:    Deployment web/web, not known: no facts are recorded for web 1.0.0
  expected: recorded facts of what the chart makes
  hint:     record them: platform-stack facts --application web
"""

from platform_stack import Action, Application, Chart, Cluster, Namespace, Platform, Policy, PolicyException
from platform_stack.integrations.kyverno import Check, Validation

pinned = Policy(
    name="pinned-images",
    severity="high",
    protects_from="An image changes under the same name.",
    asks="Each image has a tag.",
    hint="Name a version.",
    judges=("Pod spec.containers.image",),
    rule=Validation(checks=(Check(expression="true", message="no tag"),)),
    engine="kyverno",
    tenants=Action.DENY,
    platform=Action.DENY,
)


old = PolicyException(policy="pinned-images", kind="Deployment", name="web", because="It is old.", owner="web")
web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    charts=(Chart(repository="https://charts.example.test", name="web", version="1.0.0"),),
    exceptions=(old,),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), policies=(pinned,), clusters=(cluster,))
