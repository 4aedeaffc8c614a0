"""apps/__main__.py:28: application 'web': exception from 'pinned-images'
  found:    a policy that does not apply in the namespaces of the platform
  expected: an exception from a policy that does
  hint:     leave the exception out
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
    platform=None,
)


def settings(chart, context):
    chart.add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}})


old = PolicyException(
    policy="pinned-images", kind="ConfigMap", name="settings", because="It is old.", owner="web"
)
web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=settings, exceptions=(old,))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), policies=(pinned,), clusters=(cluster,))
