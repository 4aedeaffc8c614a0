"""apps/__main__.py:10: constraint 'ServiceType': parameters
  found:    'type', which is not in the schema
  expected: a parameter of the schema
  hint:     did you mean 'types'?
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy
from platform_stack.integrations.gatekeeper import Constraint, policy_engine

TYPE = Constraint(
    kind="ServiceType",
    match=("/Service",),
    cel=(('object.spec.type != "NodePort"', '"it is open."'),),
    schema={"types": {"type": "array", "items": {"type": "string"}}},
    parameters={"type": ["NodePort"]},
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
