"""What refuses a tenant's objects besides the policy engines: its AppProject, Pod Security and its quota.

They are asked here, from what the platform knows, without a cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from platform_stack.admission.judge import Violation
from platform_stack.admission.stored import stored
from platform_stack.budget import pod_request
from platform_stack.facts.scope import is_namespaced
from platform_stack.integrations.argo_cd.projects import shown_kinds
from platform_stack.integrations.pod_security import restricted
from platform_stack.kubernetes import POD_MAKERS, full_name, group_of, pod_template
from platform_stack.model import Action
from platform_stack.quantity import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from platform_stack.facts import Manifest
    from platform_stack.model import Platform, Tenant

PROJECT = "AppProject"
POD_SECURITY = "Pod Security"
QUOTA = "quota"
"""The walls by their names, as the `policy` of what they refuse."""

_MAKERS = frozenset({"Pod", *POD_MAKERS, "ReplicaSet", "ReplicationController"})


def refused(objects: Sequence[Manifest], tenant: Tenant, platform: Platform) -> list[Violation]:
    """Return what these walls refuse when a tenant commits objects, by the order of the objects.

    A workload stands for its pods: Kubernetes accepts it, and refuses them. The quota counts what the objects of one
    call say together in each namespace; what runs there already, what the sidecar asks for and what a LimitRange
    fills in are not counted, so that it refuses less than the cluster does, and never more.

    Raises:
        PlatformError: a request is no quantity.

    """
    judged = [stored(item) for item in objects]
    return [
        *(one for item in judged for one in _project(item, tenant, platform)),
        *(one for item in judged for one in _pod_security(item)),
        *_quota(judged, tenant),
    ]


def pod_of(item: Manifest) -> Manifest | None:
    """Return the Pod that a ReplicaSet makes, which the engines know only as a Pod; None for all else."""
    template = pod_template(item)
    if item["kind"] not in ("ReplicaSet", "ReplicationController") or not template:
        return None
    metadata = {**(template.get("metadata") or {}), "name": f"{item['metadata']['name']}-pod"}
    if namespace := item["metadata"].get("namespace"):
        metadata["namespace"] = namespace
    return {**template, "apiVersion": "v1", "kind": "Pod", "metadata": metadata}


def _project(item: Manifest, tenant: Tenant, platform: Platform) -> Iterator[Violation]:
    kind = (group_of(item["apiVersion"]), item["kind"])
    name = "/".join(filter(None, kind))
    namespace = item["metadata"].get("namespace", "")
    if kind not in shown_kinds(platform):
        hint = f"Leave it out: {tenant.name!r} makes {', '.join(sorted(kind for _, kind in shown_kinds(platform)))}"
        if name == "Secret":
            hint = "Ask the platform team to seal it (`platform-stack secrets seal`): in git it would be in the clear"
        elif name in ("networking.k8s.io/Ingress", "networking.k8s.io/NetworkPolicy"):
            asked = "a route: Tenant.routes" if kind[1] == "Ingress" else "a flow: Tenant.flows"
            hint = f"Ask the platform team for {asked}"
        where = "" if is_namespaced(item) else ", which lies in no namespace"
        yield _violation(item, PROJECT, f"{name} is no kind of a tenant{where}", hint)
    elif namespace not in tenant.namespace_names:
        expected = ", ".join(tenant.namespace_names)
        yield _violation(
            item,
            PROJECT,
            f"namespace {namespace!r} is not {tenant.name!r}'s",
            f"Write one of its own: {expected}",
        )


def _pod_security(item: Manifest) -> Iterator[Violation]:
    if item["kind"] not in _MAKERS:
        return
    made = "" if item["kind"] == "Pod" else "its pods are refused: "
    for found, instead in restricted(pod_template(item)):
        yield _violation(item, POD_SECURITY, f"{made}{found}", f"At level restricted: {instead}")


@dataclass(frozen=True)
class _Sum:
    """What one object asks for of one resource."""

    item: Manifest
    resource: str
    amount: Decimal


def _quota(objects: Sequence[Manifest], tenant: Tenant) -> Iterator[Violation]:
    """Yield the object with which a sum passes what its namespace may have, once a namespace and resource."""
    sums: dict[tuple[str, str], Decimal] = {}
    limit = {name: quantity(getattr(tenant.quota, name)) for name in ("cpu", "memory", "pods", "storage")}
    for one in (one for item in objects for one in _asks(item)):
        key = (one.item["metadata"].get("namespace", ""), one.resource)
        before = sums.get(key, Decimal(0))
        sums[key] = before + one.amount
        if before <= limit[one.resource] < sums[key]:
            may = getattr(tenant.quota, one.resource)
            yield _violation(
                one.item,
                QUOTA,
                f"with it the namespace asks for {_amount(one.resource, sums[key])} of {one.resource}, "
                f"and may have {may}",
                f"Ask for less, or ask the platform team to raise Tenant.quota.{one.resource} of {tenant.name!r}",
            )


def _asks(item: Manifest) -> Iterator[_Sum]:
    if item["kind"] == "PersistentVolumeClaim":
        asked = item.get("spec", {}).get("resources", {}).get("requests", {}).get("storage", 0)
        yield _Sum(item, "storage", quantity(asked, _name(item)))
    if item["kind"] not in _MAKERS:
        return
    spec = pod_template(item).get("spec") or {}
    if not spec.get("containers"):
        return
    count = _pods(item)
    request = pod_request(_with_requests(spec), _name(item))
    yield _Sum(item, "pods", Decimal(count))
    yield _Sum(item, "cpu", request.cpu * count)
    yield _Sum(item, "memory", request.memory * count)
    for claim in item.get("spec", {}).get("volumeClaimTemplates", ()):
        asked = claim.get("spec", {}).get("resources", {}).get("requests", {}).get("storage", 0)
        yield _Sum(item, "storage", quantity(asked, _name(item)) * count)


def _pods(item: Manifest) -> int:
    """Return how many pods an object has at once: a job's run beside each other, a daemon's are one at least."""
    spec = item.get("spec", {})
    if item["kind"] in ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"):
        return int(spec.get("replicas", 1))
    job = spec.get("jobTemplate", {}).get("spec", {}) if item["kind"] == "CronJob" else spec
    if item["kind"] in ("CronJob", "Job"):
        parallel = int(job.get("parallelism", 1))
        return min(parallel, int(job.get("completions", parallel)))
    return 1


def _with_requests(pod: dict[str, Any]) -> dict[str, Any]:
    """Return a pod whose containers request their limits where they say no request, as the API server has it."""

    def of(container: dict[str, Any]) -> dict[str, Any]:
        resources = container.get("resources", {})
        requests = {**resources.get("limits", {}), **resources.get("requests", {})}
        return {**container, "resources": {"requests": requests}}

    return {
        **pod,
        **{kind: [of(one) for one in pod.get(kind, ())] for kind in ("containers", "initContainers")},
    }


def _amount(resource: str, amount: Decimal) -> str:
    if resource in ("memory", "storage"):
        return f"{amount / 2**20:.0f}Mi"
    return f"{amount.normalize():f}"


def _name(item: Manifest) -> str:
    metadata = item["metadata"]
    return full_name(item["kind"], metadata.get("namespace"), metadata["name"])


def _violation(item: Manifest, wall: str, message: str, hint: str) -> Violation:
    metadata = item["metadata"]
    return Violation(
        engine=wall,
        policy=wall,
        action=Action.DENY,
        api_version=item["apiVersion"],
        kind=item["kind"],
        namespace=metadata.get("namespace", ""),
        name=metadata.get("name", ""),
        message=f"{message}.",
        hint=f"{hint}.",
    )
