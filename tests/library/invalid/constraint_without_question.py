"""apps/__main__.py:10: constraint 'ServiceType': cel, rego
  found:    neither
  expected: a question in one of them
  hint:     CEL where it can say it, Rego where objects are compared with each other
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy
from platform_stack.integrations.gatekeeper import Constraint

TYPE = Constraint(
    kind="ServiceType",
    match=("/Service",),
)

POLICIES = (
    Policy(
        name="no-node-port",
        engine="gatekeeper",
        severity="high",
        protects_from="A way in beside the gateway.",
        asks="No Service is open to the outside.",
        hint="Declare a route.",
        judges=("Service spec.type",),
        rule=TYPE,
        tenants=Action.DENY,
        platform=Action.DENY,
    ),
)
gatekeeper = Application(
    name="gatekeeper",
    namespaces=(Namespace(name="gatekeeper-system"),),
    provides=("templates.gatekeeper.sh/ConstraintTemplate",),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(gatekeeper,), policies=POLICIES, clusters=(cluster,))
