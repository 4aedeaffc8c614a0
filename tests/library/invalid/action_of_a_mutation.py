"""apps/__main__.py:9: policy 'label': action of a Mutation
  found:    deny
  expected: mutate
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy
from platform_stack.integrations.kyverno import Match, Mutation, policy_engine

label = Policy(
    name="label",
    severity="low",
    protects_from="Namespaces without a label.",
    asks="Each namespace has a label.",
    hint="Nothing: it gets one.",
    judges=("Namespace metadata.labels",),
    rule=Mutation(match=Match(resources=("namespaces",)), expression="Object{}"),
    engine="kyverno",
    tenants=Action.DENY,
    platform=None,
)
kyverno = Application(
    name="kyverno",
    namespaces=(Namespace(name="kyverno"),),
    roles=(policy_engine(),),
    provides=("policies.kyverno.io/ValidatingPolicy", "policies.kyverno.io/MutatingPolicy"),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(kyverno,), policies=(label,), clusters=(cluster,))
