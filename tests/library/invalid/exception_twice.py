"""apps/__main__.py:27: application 'web': exceptions
  found:    a second exception from 'pinned-images' for ConfigMap web/settings (the first: apps/__main__.py:27)
  expected: each exception once
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
    policy="pinned-images", kind="ConfigMap", name="settings", because="It is old.", owner="web"
)
web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=settings, exceptions=(old, old))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), policies=(pinned,), clusters=(cluster,))
