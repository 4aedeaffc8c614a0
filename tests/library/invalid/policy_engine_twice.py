"""apps/__main__.py:22: application 'shop': roles
  found:    a second PolicyEngine 'gatekeeper' (the first: that of 'web', apps/__main__.py:21)
  expected: a name of its own for each PolicyEngine: a policy is asked once
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy
from platform_stack.integrations.gatekeeper import Constraint, policy_engine

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
web = Application(name="web", namespaces=(Namespace(name="web"),), roles=(policy_engine(),))
shop = Application(name="shop", namespaces=(Namespace(name="shop"),), roles=(policy_engine(),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web, shop), policies=(closed,), clusters=(cluster,))
