"""apps/__main__.py:34: policy 'no-load-balancer': kind 'ServiceType'
  found:    another question than that of 'no-node-port' (apps/__main__.py:22)
  expected: one question for each kind of constraint
  hint:     give it a kind of its own, or make the difference a parameter
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy
from platform_stack.integrations.gatekeeper import Constraint, policy_engine

TYPE = Constraint(
    kind="ServiceType",
    match=("/Service",),
    cel=(('object.spec.type != "NodePort"', '"it is open."'),),
)
OTHER = Constraint(
    kind="ServiceType",
    match=("/Service",),
    cel=(('object.spec.type != "LoadBalancer"', '"it is open."'),),
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
    Policy(
        name="no-load-balancer",
        engine="gatekeeper",
        severity="high",
        protects_from="A way in beside the gateway.",
        asks="No Service is open to the outside.",
        hint="Declare a route.",
        judges=("Service spec.type",),
        rule=OTHER,
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
