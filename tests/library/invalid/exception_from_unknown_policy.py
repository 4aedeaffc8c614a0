"""apps/__main__.py:28: application 'web': exception from 'pinned-image'
  found:    'pinned-image', which is not a policy of this platform
  expected: the name of a policy in the platform's list
  hint:     did you mean 'pinned-images'?
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy, PolicyException
from platform_stack.integrations.kyverno import Check, Validation

pinned = Policy(
    name="pinned-images",
    severity="high",
    protects_from="An image changes under the same name.",
    asks="Each image has a tag.",
    hint="Name a version.",
    judges=("Pod spec.containers.image",),
    rule=Validation(checks=(Check(expression="true", message="no tag"),)),
    engine="kyverno",
    tenants=Action.DENY,
    platform=Action.DENY,
)


def settings(chart, context):
    chart.add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}})


old = PolicyException(
    policy="pinned-image", kind="ConfigMap", name="settings", because="It is old.", owner="web"
)
web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=settings, exceptions=(old,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), policies=(pinned,), clusters=(cluster,))
