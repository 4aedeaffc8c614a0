"""What must hold after the boot. Each function returns problems in words; none means that it holds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from platform_stack.quantity import quantity

from . import argocd, pods
from .client import METADATA_ONLY, ApiError
from .dist import ROOT_APPLICATION
from .timeline import ready

if TYPE_CHECKING:
    from .client import Object
    from .lab import Lab

Key = tuple[str, str, str, str]
"""(group, kind, namespace, name) of an object."""

# Annotations that Argo CD sets on an Application by itself.
OWN_ANNOTATIONS = (
    "argocd.argoproj.io/tracking-id",
    "argocd.argoproj.io/installation-id",
    "argocd.argoproj.io/refresh",
    "kubectl.kubernetes.io/",
)
HOOK_FINALIZERS = ("pre-delete-finalizer.argocd.argoproj.io", "post-delete-finalizer.argocd.argoproj.io")
# Kinds that come and go by themselves, or that another kind stands for.
TRANSIENT_KINDS = ("Event", "Lease", "EndpointSlice", "Endpoints", "ControllerRevision")
# A sync of an unchanged platform must leave these alone, but they carry Argo CD's own bookkeeping.
BOOKKEEPING_KINDS = ("Application", "ApplicationSet", "AppProject")
# Whose controllers write a status again and again, as an audit does: of them only what is wished for counts.
STATUS_IS_WRITTEN = ("batch", "constraints.gatekeeper.sh", "templates.gatekeeper.sh", "policies.kyverno.io")
QUIET_SECONDS = 15.0


def after_boot(lab: Lab, *, complete: bool) -> None:
    """Check everything that the boot must have brought about; a second sync only makes sense after a complete one."""
    look = lab.look()
    report = lab.report
    report.check(
        "exactly the expected Applications", exact_applications(lab), look=str(lab.dist.folder / "apps")
    )
    report.check("each Application equals its file", equal_files(lab), look=str(lab.dist.folder / "apps"))
    report.check("no wave began before the one before it was Synced and Healthy", wave_order(lab), look=look)
    report.check(
        "every object of dist is valid for the API server",
        rejected(lab),
        detail=f"{len(lab.dist.everything)} objects",
        look=str(lab.dist.folder),
    )
    report.check(
        "no pod was refused",
        refused_pods(lab),
        look="the namespace's Pod Security level and the pod's securityContext",
    )
    report.check(
        "every pod is Ready, and no container restarted, was evicted or ran out of memory",
        pods.problems(lab.api),
        detail=requests(lab),
        look=look,
    )
    if lab.sealing.declared:
        report.check(
            "the controller opened every SealedSecret, owns it, and its values are those that were sealed",
            lab.sealing.opened(lab),
            detail=lab.sealing.detail(lab),
            look="the logs of the pod in namespace sealed-secrets",
        )
    if complete:
        report.check("a second sync changes nothing", second_sync(lab), look=look)


def exact_applications(lab: Lab) -> list[str]:
    """Compare the names of the Applications in the cluster with those of the files."""
    found, expected = set(lab.timeline.states()), set(lab.dist.applications)
    return [f"{name} is missing" for name in sorted(expected - found)] + [
        f"{name} has no file" for name in sorted(found - expected)
    ]


def equal_files(lab: Lab) -> list[str]:
    """Compare name, labels, annotations, finalizers and spec of each Application with its file."""
    problems: list[str] = []
    for name, item in lab.timeline.states().items():
        expected = lab.dist.applications.get(name)
        if expected is None:
            continue
        for part in ("labels", "annotations", "finalizers"):
            problems += differences(
                f"{name}: metadata.{part}", _metadata(expected, part), _metadata(item, part)
            )
        problems += differences(f"{name}: spec", expected["spec"], item["spec"])
    return problems


def wave_order(lab: Lab) -> list[str]:
    """Compare, in the order the API server saw, each creation with the readiness of all earlier waves."""
    marks, waves = lab.timeline.milestones, lab.dist.waves
    return [
        f"{later} (wave {waves[later]}) was created before {earlier} (wave {waves[earlier]}) was Synced and Healthy"
        for later in waves
        for earlier in waves
        if waves[earlier] < waves[later]
        and later in marks
        and lab.dist.gated(earlier)
        and (
            earlier not in marks
            or (version := marks[earlier].passed_version) is None
            or version > marks[later].created_version
        )
    ]


def rejected(lab: Lab) -> list[str]:
    """Send every object of dist to the API server as a strict dry run."""
    problems = []
    manual = {name for name in lab.dist.catalogue if lab.dist.manual(name)}
    for path, item in lab.dist.everything:
        try:
            # What is not synced has no namespaces yet: its objects are tried in another.
            elsewhere = path.parents[1].name in manual and "namespace" in item["metadata"]
            tried = {**item, "metadata": {**item["metadata"], "namespace": "default"}} if elsewhere else item
            lab.api.apply(tried, dry_run=True, strict=True)
        except ApiError as error:
            problems.append(f"{path.relative_to(lab.dist.repository)}: {item['kind']}: {error}")
    return problems


# What is not there yet when a controller makes its first pod; the next attempt finds it, and a boot that is
# Healthy at the end had its pods.
NOT_YET = ("serviceaccount", "no PriorityClass with name")


def refused_pods(lab: Lab) -> list[str]:
    """Return what admission refused: Pod Security above all."""
    return sorted(
        {
            f"{item['involvedObject'].get('namespace')}/{item['involvedObject'].get('name')}: {item['message']}"
            for item in lab.api.list("/api/v1/events")
            if item.get("reason") == "FailedCreate"
            if not any(reason in item.get("message", "") for reason in NOT_YET)
        }
    )


def requests(lab: Lab) -> str:
    """Return the CPU and memory that the pods request, by node."""
    sums: dict[str, list[float]] = {}
    for pod in lab.api.list("/api/v1/pods"):
        if pod["status"].get("phase") == "Running":
            node = sums.setdefault(pod["spec"].get("nodeName", "no node"), [0, 0, 0])
            node[0] += 1
            for container in pod["spec"]["containers"]:
                asked = container.get("resources", {}).get("requests", {})
                node[1] += float(quantity(asked.get("cpu", 0))) * 1000
                node[2] += float(quantity(asked.get("memory", 0))) / 2**20
    return ", ".join(
        f"{node}: {pods:.0f} pods {cpu:.0f}m {memory:.0f}Mi"
        for node, (pods, cpu, memory) in sorted(sums.items())
    )


def second_sync(lab: Lab) -> list[str]:
    """Refresh everything hard and return what changed: a sync that ran, an object that was written."""
    before, operations, start = versions(lab), _operations(lab), time.time()
    argocd.refresh(lab, hard=True)
    lab.wait("a hard refresh of every Application", lambda: _reconciled_since(lab, start))
    time.sleep(QUIET_SECONDS)
    problems = [
        f"{name} was synced again"
        for name, finished in _operations(lab).items()
        if operations.get(name) != finished
    ]
    problems += lab.unready(lab.expected_ready())
    after = versions(lab)
    for key in sorted(before.keys() | after.keys()):
        expired = key[1] == "Job" and key not in after  # by its ttlSecondsAfterFinished
        if before.get(key) != after.get(key) and not expired:
            problems.append(f"{key[1]} {key[2]}/{key[3]} changed")
    return problems


def versions(lab: Lab) -> dict[Key, str]:
    """Return the version of every object that an Application manages."""
    managed = {
        (each.get("group", ""), each["kind"], each.get("namespace", ""), each["name"])
        for name in lab.timeline.states()
        for each in lab.managed(name)
        if each["kind"] not in BOOKKEEPING_KINDS
    }
    return {
        key: str(item["generation"]) if key[0] in STATUS_IS_WRITTEN else item["resourceVersion"]
        for key, item in inventory(lab).items()
        if key in managed
    }


def inventory(lab: Lab) -> dict[Key, Object]:
    """Return the metadata of every object in the cluster, but for kinds that come and go by themselves."""
    found: dict[Key, Object] = {}
    for path, (group, kind) in lab.api.collections().items():
        if kind in TRANSIENT_KINDS:
            continue
        for item in lab.api.list(path, accept=METADATA_ONLY):
            metadata = item["metadata"]
            found[group, kind, metadata.get("namespace", ""), metadata["name"]] = metadata
    return found


def differences(where: str, expected: object, found: object) -> list[str]:
    """Return each place at which two trees differ."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            line
            for key in sorted(expected.keys() | found.keys())
            for line in differences(f"{where}.{key}", expected.get(key), found.get(key))
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [
            line
            for index, pair in enumerate(zip(expected, found, strict=True))
            for line in differences(f"{where}[{index}]", *pair)
        ]
    return [] if expected == found else [f"{where}: the file says {expected!r}, the cluster {found!r}"]


def _metadata(item: Object, part: str) -> object:
    value = item["metadata"].get(part) or {}
    if part == "finalizers":
        # Argo CD adds those of hooks by itself when a chart has some.
        return [each for each in value if not each.startswith(HOOK_FINALIZERS)]
    if part == "annotations":
        return {key: text for key, text in value.items() if not key.startswith(OWN_ANNOTATIONS)}
    return value


def _operations(lab: Lab) -> dict[str, str]:
    return {
        name: item.get("status", {}).get("operationState", {}).get("startedAt", "")
        for name, item in lab.timeline.states().items()
    }


def _reconciled_since(lab: Lab, start: float) -> bool:
    """Say whether every Application has been compared since a time, and is at rest."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start))
    return all(
        item.get("status", {}).get("reconciledAt", "") >= stamp
        and "argocd.argoproj.io/refresh" not in item["metadata"].get("annotations", {})
        and (ready(item) or name == ROOT_APPLICATION or lab.dist.manual(name))
        for name, item in lab.timeline.states().items()
    )
