"""What takes Kyverno's validating webhooks away with it.

Kyverno makes its webhooks at run time, so that Argo CD does not know of them. The chart's hook before a removal,
`delete-webhooks` of readiness-checker 1.19.0, looks for the validating ones and then deletes
ValidatingAdmissionPolicies of their names (cmd/readiness-checker/main.go). What stays fails closed without a pod
behind it: no pod starts any more, and Kubernetes cannot take the finalizer of a policy that is being deleted, so that
the removal of Kyverno never ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import KUBERNETES_VERSION
from platform_stack_imports import k8s

from ..policies.admission import KYVERNO_NAMESPACE as NAMESPACE
from ..shared.values import NO_SIDECAR, resources

if TYPE_CHECKING:
    from platform_stack import ApiObject

NAME = "kyverno-rm-validating-webhooks"
_USER = 65534
_ACCOUNT = "kyverno-admission-controller"
"""May delete webhooks; like the chart's hooks, this one runs while it is still there."""


def removal() -> ApiObject:
    """Return a Job that Argo CD runs before it removes Kyverno, after the chart's own."""
    return k8s.Job(
        metadata=k8s.ObjectMeta(
            name=NAME,
            namespace=NAMESPACE,
            annotations={
                "argocd.argoproj.io/hook": "PreDelete",
                "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation,HookSucceeded",
                # The chart's have 90 and 100: by then no pod of Kyverno is left that would make them again.
                "argocd.argoproj.io/sync-wave": "110",
            },
        ),
        spec=k8s.JobSpec(
            backoff_limit=2,
            template=k8s.PodTemplateSpec(
                metadata=k8s.ObjectMeta(labels={"app.kubernetes.io/name": NAME, **NO_SIDECAR}),
                spec=k8s.PodSpec(
                    restart_policy="Never",
                    service_account_name=_ACCOUNT,
                    automount_service_account_token=True,  # the account itself says no
                    security_context=k8s.PodSecurityContext(
                        run_as_non_root=True,
                        run_as_user=_USER,
                        run_as_group=_USER,
                        seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
                    ),
                    containers=[
                        k8s.Container(
                            name="kubectl",
                            image=f"registry.k8s.io/kubectl:v{KUBERNETES_VERSION}",
                            args=[
                                "delete",
                                "validatingwebhookconfigurations",
                                "--selector=webhook.kyverno.io/managed-by=kyverno",
                                "--ignore-not-found",
                            ],
                            resources=k8s.ResourceRequirements(**resources("1m", "16Mi", "128Mi")),
                            security_context=k8s.SecurityContext(
                                allow_privilege_escalation=False,
                                read_only_root_filesystem=True,
                                capabilities=k8s.Capabilities(drop=["ALL"]),
                            ),
                        )
                    ],
                ),
            ),
        ),
    )
