"""apps/__main__.py:25: platform: exception from 'pinned-images'
  found:    Pod kube-system/etcd-other-control-plane, which the cluster does not hold by itself
  expected: one of kubeadm's or KIND's
  hint:     did you mean 'Pod kube-system/etcd-kind-control-plane'?
"""

from platform_stack import Action, Application, Cluster, Namespace, Platform, Policy, excepted
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


def by_itself(cluster):
    return excepted(
        "Pod",
        "etcd-other-control-plane",
        "pinned-images",
        because="It is etcd.",
        owner="us",
        namespace="kube-system",
    )


web = Application(name="web", namespaces=(Namespace(name="web"),))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), policies=(pinned,), exceptions=by_itself, clusters=(cluster,))
