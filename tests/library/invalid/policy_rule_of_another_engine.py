"""apps/__main__.py:10: policy 'closed': rule
  found:    a Constraint, of which kyverno knows nothing
  expected: a rule that it takes: Validation, Mutation, Generation, ImageVerification, or a function that makes one
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy
from platform_stack.integrations.gatekeeper import Constraint
from platform_stack.integrations.kyverno import policy_engine

closed = Policy(
    name="closed",
    severity="high",
    protects_from="A way in beside the gateway.",
    asks="No Service is open to the outside.",
    hint="Declare a route.",
    judges=("Service spec.type",),
    rule=Constraint(kind="Closed", match=("/Service",), cel=(("object.spec.type != 'NodePort'", "'it is open.'"),)),
    engine="kyverno",
    tenants=Action.DENY,
    platform=Action.DENY,
)
web = Application(name="web", namespaces=(Namespace(name="web"),), roles=(policy_engine(),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), policies=(closed,), clusters=(cluster,))
