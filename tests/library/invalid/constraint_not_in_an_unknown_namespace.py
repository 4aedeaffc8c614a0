"""apps/__main__.py:18: policy 'no-node-port': not_in
  found:    'gatekeeper-sytem', which nobody makes
  expected: a namespace of the platform
  hint:     did you mean 'gatekeeper-system'?
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy
from platform_stack.integrations.gatekeeper import Constraint, policy_engine

TYPE = Constraint(
    kind="ServiceType",
    match=("/Service",),
    cel=(('object.spec.type != "NodePort"', '"it is open."'),),
    not_in={"gatekeeper-sytem": "it has its own"},
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
    roles=(policy_engine(),),
    provides=("templates.gatekeeper.sh/ConstraintTemplate",),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(gatekeeper,), policies=POLICIES, clusters=(cluster,))
