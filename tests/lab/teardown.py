"""Removes the whole platform and looks at what stays."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .assertions import inventory
from .dist import ROOT_APPLICATION
from .errors import LabError

if TYPE_CHECKING:
    from .assertions import Key
    from .dist import Dist
    from .lab import Lab

SECONDS = 480.0
TRACKING = "argocd.argoproj.io/tracking-id"
# What Kubernetes puts into every namespace, and what comes and goes with workloads that stay.
OF_THE_CLUSTER = (
    "Pod",
    "ReplicaSet",
    "Node",
    "PersistentVolume",
    "ComponentStatus",
    "APIService",
    "FlowSchema",
)
# Cilium's operator collects the identities of pods that are gone some minutes later.
COLLECTED_LATER = ("CiliumIdentity",)
IN_EVERY_NAMESPACE = {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}


def run(lab: Lab) -> None:
    """Delete the root with its cascade; check the order of the waves and what is left."""
    look = lab.look()
    root_can_be_deleted(lab)
    freed: list[str] = []
    start = time.monotonic()
    lab.api.delete(lab.application_path(ROOT_APPLICATION))
    gone = {*lab.dist.catalogue, ROOT_APPLICATION}
    what = "the whole platform removed, in reverse order of the waves"

    def removed() -> bool:
        freed.extend(free_manual(lab))
        return not gone & lab.timeline.states().keys()

    try:
        lab.wait(
            "every Application of the catalogue, and the root, to be gone",
            removed,
            seconds=SECONDS,
        )
        lab.wait("namespaces to be gone", lambda: not _terminating(lab), seconds=180)
    except LabError as error:
        lab.report.check(what, [str(error)], look=look)
        return
    by_hand = f"; freed by hand, never synced: {', '.join(freed)}" if freed else ""
    lab.report.check(what, order(lab), detail=f"{time.monotonic() - start:.0f} s{by_hand}", look=look)
    problems, stayed = left_behind(lab)
    look = "the finalizers and sync options of what is named"
    lab.report.check(
        "nothing is left behind but what is declared to stay", problems, detail=stayed, look=look
    )


def root_can_be_deleted(lab: Lab) -> None:
    """Check that the root is not among the objects that it manages.

    Argo CD deletes nothing as long as one object of an Application is being deleted: a root that tracks itself
    waits for itself.
    """
    root = lab.api.get(lab.application_path(ROOT_APPLICATION)) or {}
    tracked = (root["metadata"].get("annotations") or {}).get(TRACKING, "")
    own = tracked.split(":", 1)[0] == ROOT_APPLICATION
    lab.report.check(
        "the root can be deleted",
        ["the root manages itself: deleted with its cascade it would wait for itself for ever"]
        if own
        else [],
        look="dist/CLUSTER/root: the root must not be in its own folder",
    )


def free_manual(lab: Lab) -> list[str]:
    """Let go of Applications that are synced by hand, were never synced, and are being deleted; return them.

    Argo CD gives an Application whose chart has a pre-delete hook a finalizer for it, synced or not, and the
    hook's namespace was never made. Whoever removes such a platform does the same by hand (docs/guides/lab.md).
    """
    freed = []
    for name in lab.dist.catalogue:
        path = lab.application_path(name)
        live = lab.api.get(path) if lab.dist.manual(name) else None
        if live and live["metadata"].get("deletionTimestamp") and live["metadata"].get("finalizers"):
            lab.api.merge(path, {"metadata": {"finalizers": None}})
            freed.append(name)
    return freed


def order(lab: Lab) -> list[str]:
    """Compare, in the order the server saw, the deletion of each application with the end of all later waves."""
    marks, waves = lab.timeline.milestones, lab.dist.waves
    return [
        f"{earlier} (wave {waves[earlier]}) began to go before {later} (wave {waves[later]}) was gone"
        for earlier in waves
        for later in waves
        if waves[earlier] < waves[later]
        and (asked := marks[earlier].deletion_requested_version) is not None
        and (gone := marks[later].deleted_version) is not None
        and asked < gone
    ]


def left_behind(lab: Lab) -> tuple[list[str], str]:
    """Compare the cluster with what it was before the root; return problems, and what stayed with a reason."""
    after = inventory(lab)
    problems = [
        f"{key[1]} {key[2]}/{key[3]} was there before the platform and is gone"
        for key in sorted(lab.before.keys() - after.keys())
        if not _may_go(lab, key)
    ]
    reasons: dict[str, list[str]] = {}
    for key in sorted(after.keys() - lab.before.keys()):
        reason = why_it_stays(key, after, lab.dist)
        if reason is None:
            problems.append(f"{key[1]} {key[2]}/{key[3]} is left")
        else:
            reasons.setdefault(reason, []).append(f"{key[1]} {key[3]}")
    stayed = "; ".join(f"{len(names)} {reason}" for reason, names in sorted(reasons.items()))
    return problems, stayed


def _may_go(lab: Lab, key: Key) -> bool:
    """Say whether what was there when the script handed over goes with the platform, or with a pod or a Job."""
    group, kind, namespace, name = key
    if kind in (*OF_THE_CLUSTER, "Job", "CiliumEndpoint") or _of_a_job(lab.before[key]):
        return True
    if (group, kind, name) == ("argoproj.io", "Application", ROOT_APPLICATION):
        return True
    # The script makes a namespace of the catalogue where the sealing key has to be before its opener.
    return (name if kind == "Namespace" else namespace) in lab.dist.namespaces(lab.dist.catalogue)


def why_it_stays(key: Key, after: dict[Key, Any], dist: Dist) -> str | None:
    """Return why an object that the platform brought may stay, or None when it must not."""
    _, kind, namespace, name = key
    metadata = after[key]
    annotations = metadata.get("annotations") or {}
    options = annotations.get("argocd.argoproj.io/sync-options", "")
    tracked = annotations.get(TRACKING, "").split(":", 1)[0]
    layer = dist.bootstrap_layer
    declared = (
        "Delete=false" in options
        or "Prune=false" in options
        or annotations.get("helm.sh/resource-policy") == "keep"
    )
    owner = after.get(("", "Namespace", "", namespace)) if namespace else None
    reasons = {
        "made by Kubernetes itself": kind in OF_THE_CLUSTER or (kind, name) in IN_EVERY_NAMESPACE,
        "declared to stay": declared,
        "that Cilium collects later": kind in COLLECTED_LATER,
        "definitions, which Argo CD never deletes with an Application": kind == "CustomResourceDefinition",
        "of the bootstrap layer, which stays": tracked in layer
        or (not tracked and namespace in dist.namespaces(layer)),
        "owned by something that stays": bool(metadata.get("ownerReferences")),
        "in a namespace that is declared to stay": owner is not None and _kept(owner),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _kept(metadata: dict[str, Any]) -> bool:
    options = (metadata.get("annotations") or {}).get("argocd.argoproj.io/sync-options", "")
    return "Delete=false" in options


def _of_a_job(metadata: dict[str, Any]) -> bool:
    return any(owner["kind"] == "Job" for owner in metadata.get("ownerReferences") or [])


def _terminating(lab: Lab) -> bool:
    return any("deletionTimestamp" in each["metadata"] for each in lab.api.list("/api/v1/namespaces"))
