"""apps/__main__.py:10: policy 'closed': engine
  found:    'gatekeeper', which no application of this platform is
  expected: an application with the role PolicyEngine 'gatekeeper', or no policies of it
  hint:     add roles=(gatekeeper.policy_engine(),) to it, from platform_stack.integrations or your own
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy
from platform_stack.integrations.gatekeeper import Constraint

closed = Policy(
    name="closed",
    severity="high",
    protects_from="A way in beside the gateway.",
    asks="No Service is open to the outside.",
    hint="Declare a route.",
    judges=("Service spec.type",),
    rule=Constraint(kind="Closed", match=("/Service",), cel=(("object.spec.type != 'NodePort'", "'it is open.'"),)),
    engine="gatekeeper",
    tenants=Action.DENY,
    platform=Action.DENY,
)
web = Application(name="web", namespaces=(Namespace(name="web"),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), policies=(closed,), clusters=(cluster,))
