"""apps/__main__.py:30: policy 'changes-nothing': action of a Validation
  found:    mutate
  expected: deny or audit
apps/__main__.py:42: policy 'no-load-balancer': parameters['types']
  found:    'LoadBalancer' is not of type 'array'
  expected: parameters as the constraint's schema says
apps/__main__.py:54: policy 'no-node-port': action of a Constraint
  found:    generate
  expected: deny or audit
"""

import dataclasses

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy
from platform_stack.integrations import gatekeeper, kyverno
from platform_stack.integrations.gatekeeper import Constraint
from platform_stack.integrations.kyverno import Check, Validation

TYPE = Constraint(
    kind="ServiceType",
    match=("/Service",),
    cel=(('object.spec.type != "NodePort"', '"it is open."'),),
    schema={"types": {"type": "array", "items": {"type": "string"}}},
    parameters={"types": ["NodePort"]},
)

IMAGES = Validation(checks=(Check(expression="true", message="no tag"),))

POLICIES = (
    Policy(
        name="changes-nothing",
        engine="kyverno",
        severity="high",
        protects_from="An image changes under the same name.",
        asks="Each image has a tag.",
        hint="Name a version.",
        judges=("Pod spec.containers.image",),
        rule=IMAGES,
        tenants=Action.MUTATE,
        platform=Action.MUTATE,
    ),
    Policy(
        name="no-load-balancer",
        engine="gatekeeper",
        severity="high",
        protects_from="A way in beside the gateway.",
        asks="No Service is open to the outside.",
        hint="Declare a route.",
        judges=("Service spec.loadBalancerIP",),
        rule=dataclasses.replace(TYPE, kind="ServiceKind", parameters={"types": "LoadBalancer"}),
        tenants=Action.DENY,
        platform=Action.DENY,
    ),
    Policy(
        name="no-node-port",
        engine="gatekeeper",
        severity="high",
        protects_from="A way in beside the gateway.",
        asks="No Service is open to the outside.",
        hint="Declare a route.",
        judges=("Service spec.type",),
        rule=TYPE,
        tenants=Action.GENERATE,
        platform=Action.GENERATE,
    ),
)
gatekeeper = Application(
    name="gatekeeper",
    namespaces=(Namespace(name="gatekeeper-system"),),
    roles=(gatekeeper.policy_engine(), kyverno.policy_engine()),
    provides=("policies.kyverno.io/ValidatingPolicy", "templates.gatekeeper.sh/ConstraintTemplate"),
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(gatekeeper,), policies=POLICIES, clusters=(cluster,))
