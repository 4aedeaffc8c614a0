"""apps/__main__.py:9: policy 'named': action of a Constraint
  found:    mutate
  expected: deny or audit
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy
from platform_stack.integrations.gatekeeper import Constraint, policy_engine

named = Policy(
    name="named",
    severity="low",
    protects_from="Services without a label.",
    asks="Each Service has a label.",
    hint="Add one.",
    judges=("Service metadata.labels",),
    rule=Constraint(kind="PlatformNamed", match=("/Service",), cel=(("has(object.metadata.labels)", "'no label'"),)),
    engine="gatekeeper",
    tenants=Action.MUTATE,
    platform=None,
)
gatekeeper = Application(
    name="gatekeeper",
    namespaces=(Namespace(name="gatekeeper"),),
    roles=(policy_engine(),),
    provides=("templates.gatekeeper.sh/ConstraintTemplate",),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(gatekeeper,), policies=(named,), clusters=(cluster,))
