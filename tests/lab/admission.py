"""What Kyverno and Gatekeeper do in the running platform: ready, refusing, reporting, generating."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from platform_stack.labels import OWNER, TIER

from . import pods
from .client import ApiError

if TYPE_CHECKING:
    from .lab import Lab

KYVERNO = "/apis/policies.kyverno.io/v1"
POLICY_KINDS = (
    "deletingpolicies",
    "generatingpolicies",
    "imagevalidatingpolicies",
    "mutatingpolicies",
    "validatingpolicies",
)
REPORTS = (
    "/apis/wgpolicyk8s.io/v1alpha2/policyreports",
    "/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports",
)
TEMPLATES = "/apis/templates.gatekeeper.sh/v1/constrainttemplates"
CONSTRAINTS = "/apis/constraints.gatekeeper.sh/v1beta1"
ADMISSION_CONTROLLER = {
    "app.kubernetes.io/component": "admission-controller",
    "app.kubernetes.io/part-of": "kyverno",
}
TENANT = "lab-tenant"
# What a namespace of a tenant gets: path of the collection, name.
DEFAULTS = (
    ("/apis/networking.k8s.io/v1", "networkpolicies", "tenant-default-deny"),
    ("/apis/networking.k8s.io/v1", "networkpolicies", "tenant-allow-dns"),
    ("/api/v1", "limitranges", "tenant-defaults"),
    ("/api/v1", "resourcequotas", "tenant-no-cross-namespace-affinity"),
    ("/api/v1", "resourcequotas", "tenant-no-priority-class"),
    ("/api/v1", "resourcequotas", "tenant-quota"),
)
# Kubernetes' own, of no tier: no policy has anything to say there, and the webhook is asked all the same.
SOMEWHERE = "kube-public"
REPORT_SECONDS = 120.0


def _pod(image: str, context: dict[str, Any]) -> dict[str, Any]:
    container = {"name": "main", "image": image, "securityContext": context}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "refused", "namespace": TENANT},
        "spec": {"containers": [container]},
    }


_HARDENED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": 65534,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
# What must not run in a tenant's namespace: what it is, the pod, and a word of who refuses it.
REFUSED = (
    ("that is privileged", _pod("registry.k8s.io/pause:3.10.1", {"privileged": True}), "PodSecurity"),
    ("from a registry that nobody allowed", _pod("registry.invalid/pause:3.10.1", _HARDENED), "kyverno"),
)


def after_boot(lab: Lab) -> None:
    """Check both engines; reports and audits come some time after the objects that they are about."""
    report = lab.report
    report.check("every policy of Kyverno and Gatekeeper is ready", not_ready(lab), detail=counted(lab))
    problems, detail = reported(lab)
    report.check(
        "Kyverno's reports and Gatekeeper's audit show the declared exceptions and nothing else",
        problems,
        detail=detail,
        look="apps/: the exceptions of the application, or the object",
    )
    problems, detail = tenant(lab)
    report.check(
        "a tenant's namespace gets its defaults, a deleted one comes back, and what must not run is refused",
        problems,
        detail=detail,
        look="the logs of Kyverno's background controller",
    )


def not_ready(lab: Lab) -> list[str]:
    """Return the policies that their engine does not call ready."""
    problems = [
        f"{item['kind']} {item['metadata']['name']}: {conditions(item)}"
        for plural in POLICY_KINDS
        for item in lab.api.list(f"{KYVERNO}/{plural}")
        if not item.get("status", {}).get("conditionStatus", {}).get("ready")
    ]
    problems += [
        f"ConstraintTemplate {template['metadata']['name']} is not created"
        for template in lab.api.list(TEMPLATES)
        if not template.get("status", {}).get("created")
    ]
    problems += [
        f"{constraint['kind']} {constraint['metadata']['name']} is not enforced"
        for constraint in constraints(lab)
        if not (by_pod := constraint.get("status", {}).get("byPod", []))
        or not all(each.get("enforced") for each in by_pod)
    ]
    return problems


def counted(lab: Lab) -> str:
    """Say how many policies there are."""
    kyverno = sum(len(lab.api.list(f"{KYVERNO}/{plural}")) for plural in POLICY_KINDS)
    return f"Kyverno {kyverno}, Gatekeeper {len(constraints(lab))} constraints"


def constraints(lab: Lab) -> list[dict[str, Any]]:
    """Return every constraint, of every kind that a template makes."""
    kinds = [item["spec"]["crd"]["spec"]["names"]["kind"].lower() for item in lab.api.list(TEMPLATES)]
    return [item for kind in kinds for item in lab.api.list(f"{CONSTRAINTS}/{kind}")]


def reported(lab: Lab) -> tuple[list[str], str]:
    """Return what is reported or audited and not excepted, and how much was looked at.

    An exception shows as a result `skip`; a result that fails, or an audited violation, is a finding. Whether a
    signature is good cannot be told here: there is no registry to ask.
    """
    deadline = time.monotonic() + REPORT_SECONDS
    while not (results := _results(lab)) or not _audited(lab):
        if time.monotonic() > deadline:
            return [f"no {'audit' if results else 'report'} within {REPORT_SECONDS:.0f} s"], ""
        time.sleep(2)
    unasked = {item["metadata"]["name"] for item in lab.api.list(f"{KYVERNO}/imagevalidatingpolicies")}
    signatures = sum(result["policy"] in unasked for _, result in results)
    problems = sorted(
        {
            f"Kyverno: {_name(resource)}: {result['policy']}: {result.get('message', result['result'])[:200]}"
            for resource, result in results
            if result["result"] in ("fail", "warn", "error") and result["policy"] not in unasked
        }
    )
    audited = constraints(lab)
    for constraint in audited:
        problems += [
            f"Gatekeeper: {each.get('namespace', '')}/{each['kind']} {each['name']}: {each['message'][:200]}"
            for each in constraint.get("status", {}).get("violations", [])
        ]
    skipped = {_name(resource) for resource, result in results if result["result"] == "skip"}
    passed = sum(result["result"] == "pass" for _, result in results)
    return problems, (
        f"{passed} results pass, {len(skipped)} objects are excepted, {len(audited)} constraints were audited; "
        f"{signatures} of signatures are not judged, for want of a registry"
    )


def _results(lab: Lab) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [
        (resource, result)
        for path in REPORTS
        for report in lab.api.list(path)
        for result in report.get("results") or []
        for resource in result.get("resources") or [report.get("scope", {})]
    ]


def _audited(lab: Lab) -> bool:
    return all(constraint.get("status", {}).get("auditTimestamp") for constraint in constraints(lab))


def tenant(lab: Lab) -> tuple[list[str], str]:
    """Make a namespace of a tenant, look at what it gets, delete one of it, and try a privileged pod."""
    labels = {TIER: "tenant", OWNER: TENANT, "pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": TENANT, "labels": labels}}
    problems: list[str] = []
    start = time.monotonic()
    try:
        lab.api.create(namespace)
    except ApiError as error:
        # Gatekeeper may ask more of a namespace: what it asks is in its message.
        return [f"the namespace was refused: {error}"], ""

    def paths() -> list[str]:
        return [f"{group}/namespaces/{TENANT}/{plural}/{name}" for group, plural, name in DEFAULTS]

    try:
        lab.wait("the defaults of a tenant's namespace", lambda: all(map(lab.api.get, paths())), seconds=60)
        took = time.monotonic() - start
        lab.api.delete(paths()[0])
        back = lab.wait(
            "the deleted default to come back", lambda: lab.api.get(paths()[0]) is not None, seconds=60
        )
        for what, pod, words in REFUSED:
            try:
                lab.api.call("POST", f"/api/v1/namespaces/{TENANT}/pods", pod)
                problems.append(f"a pod {what} was admitted")
            except ApiError as error:
                if words not in error.message:
                    problems.append(f"a pod {what} was refused for another reason: {error}")
        detail = f"{len(DEFAULTS)} defaults after {took:.1f} s, a deleted one back after {back:.1f} s"
    finally:
        lab.api.delete(f"/api/v1/namespaces/{TENANT}")
    return problems, detail


def webhook_away(lab: Lab) -> str:
    """Delete the only pod of Kyverno's admission controller, and see for how long pods are refused."""
    refused: list[float] = []
    start = time.monotonic()
    before = {
        each["metadata"]["uid"] for each in pods.labelled(lab.api, "/api/v1/pods", ADMISSION_CONTROLLER)
    }
    pods.kill(lab.api, ADMISSION_CONTROLLER)

    def back() -> bool:
        try:
            lab.api.call("POST", f"/api/v1/namespaces/{SOMEWHERE}/pods", _harmless(), dryRun="All")
        except ApiError:
            refused.append(time.monotonic() - start)
        found = pods.labelled(lab.api, "/api/v1/pods", ADMISSION_CONTROLLER)
        return len(found) == len(before) and all(
            pods.is_ready(each) and each["metadata"]["uid"] not in before for each in found
        )

    took = lab.wait("Kyverno's admission controller to be back", back)
    lab.wait_ready()
    waited = (
        f"pods were refused from {refused[0]:.1f} to {refused[-1]:.1f} s" if refused else "no pod was refused"
    )
    return f"{len(before)} replica(s), all Ready again after {took:.1f} s; {waited}"


def _harmless() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "lab-", "namespace": SOMEWHERE},
        "spec": {"containers": [{"name": "main", "image": "registry.k8s.io/pause:3.10.1"}]},
    }


def conditions(item: dict[str, Any]) -> str:
    """Return the conditions of a policy that are not true, with their messages."""
    found = item.get("status", {}).get("conditionStatus", {})
    parts = [
        f"{each['type']} {each.get('message', '')}".strip()
        for each in found.get("conditions", [])
        if each.get("status") != "True"
    ]
    return "; ".join(parts) or str(found.get("message", "no status"))


def _name(resource: dict[str, Any]) -> str:
    return f"{resource.get('kind')} {resource.get('namespace', '')}/{resource.get('name')}"
