"""Things that go wrong or change, each in a running platform, and what Argo CD makes of them."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING

from . import argocd, pods
from .admission import webhook_away
from .assertions import inventory
from .client import ApiError
from .errors import LabError, fail
from .node_faults import api_server_restarts, disk_fills, node_dies
from .timeline import ready, sync_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .lab import Lab

DOWN_SECONDS = 3.0
BROKEN = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: broken-by-the-lab
spec:
  podSelector: nonsense
"""


def run(lab: Lab) -> None:
    """Run every fault; one that is not healed is reported and the next is tried on what is left."""
    webhook = (
        "without Kyverno's webhook new pods wait, and no longer than it takes to come back",
        webhook_away,
    )
    faults: tuple[tuple[str, Callable[[Lab], str]], ...] = (
        ("a Deployment scaled to 0 by hand comes back", scaled_to_zero),
        ("an object deleted by hand comes back", deleted_object),
        ("a broken commit stops one application only, the next commit heals it", broken_commit),
        ("git away for a while harms nothing", git_away),
        ("a new dependency moves an application to another wave and keeps every object", moved_wave),
        (
            "an application removed from the catalogue is pruned, and comes back when it is listed again",
            removed,
        ),
        *([webhook] if lab.platform.declared.policies else []),
        ("the API server dies and comes back", api_server_restarts),
        ("a full disk stops nothing that runs", disk_fills),
        ("a node dies and comes back", node_dies),
    )
    for what, fault in faults:
        try:
            detail = fault(lab)
            lab.report.check(what, [], detail=detail)
        except (LabError, ApiError, OSError, http.client.HTTPException) as error:
            lab.report.check(what, [str(error)], look=lab.look())


def kill_controller(lab: Lab) -> None:
    """Kill the application controller while an Application of the catalogue is being synced, and start it again.

    A restarted controller goes on with a sync that was running only when something happens to its Application: a
    refresh, a push, or the resync every `timeout.reconciliation`. The lab asks for the refresh.
    """
    catalogue = set(lab.dist.catalogue)

    def syncing() -> bool:
        return any(
            item.get("status", {}).get("operationState", {}).get("phase") == "Running"
            for name, item in lab.timeline.states().items()
            if name in catalogue
        )

    lab.wait("the first sync of an Application of the catalogue", syncing)
    pods.kill(lab.api, argocd.CONTROLLER)
    lab.report.say("killed the application controller in the middle of the first sync")
    time.sleep(DOWN_SECONDS)
    lab.wait("the application controller to be back", lambda: pods.running(lab.api, argocd.CONTROLLER))
    argocd.refresh(lab)


def scaled_to_zero(lab: Lab) -> str:
    """Scale a Deployment to 0 and wait until it has its replicas, Ready, again."""
    name, resource = _first(lab, lambda kind, _: kind == "Deployment")
    path = lab.object_path(resource)
    wanted = (lab.api.get(path) or {})["spec"]["replicas"]
    lab.api.merge(f"{path}/scale", {"spec": {"replicas": 0}})

    def back() -> bool:
        item = lab.api.get(path) or {}
        return bool(item["spec"]["replicas"] == wanted and item["status"].get("readyReplicas") == wanted)

    seconds = lab.wait(f"Deployment {resource['name']} with {wanted} replicas", back)
    lab.wait_ready()
    return f"{resource['name']} of {name}: {seconds:.1f} s"


def deleted_object(lab: Lab) -> str:
    """Delete a NetworkPolicy, or while dist has none another namespaced object of a manifests folder."""
    names = {
        (item["kind"], item["metadata"]["name"])
        for app in lab.dist.catalogue
        for _, item in lab.dist.manifests(app)
    }
    candidates = [
        each
        for each in _managed(lab)
        if (each[1]["kind"], each[1]["name"]) in names and each[1].get("namespace")
    ]
    candidates.sort(key=lambda each: each[1]["kind"] != "NetworkPolicy")
    if not candidates:
        fail("dist", "no namespaced object in any manifests folder", "one to delete", "add a NetworkPolicy")
    name, resource = candidates[0]
    path = lab.object_path(resource)
    uid = (lab.api.get(path) or {})["metadata"]["uid"]
    lab.api.delete(path)

    def back() -> bool:
        item = lab.api.get(path)
        return item is not None and item["metadata"]["uid"] != uid

    seconds = lab.wait(f"a new {resource['kind']} {resource['name']}", back)
    lab.wait_ready()
    note = "" if resource["kind"] == "NetworkPolicy" else "; dist has no NetworkPolicy"
    return f"{resource['kind']} {resource['name']} of {name}: {seconds:.1f} s{note}"


def broken_commit(lab: Lab) -> str:
    """Commit a manifest that the API server refuses; the others stay; take it out again."""
    name = _first_of_wave(lab, 0)
    others = lab.expected_ready() - {name, "root"}
    file = lab.dist.folder / "apps" / name / "manifests" / "broken.yaml"
    file.write_text(BROKEN)
    lab.push(f"break {name}")
    seen = lab.wait(
        f"{name} to show that its commit is broken",
        lambda: not ready(lab.timeline.states()[name]),
        again=lab.announce,
    )
    time.sleep(DOWN_SECONDS)
    harmed = lab.unready(others)
    if harmed:
        fail(
            "the other applications",
            "; ".join(harmed),
            "Synced and Healthy",
            "one application's commit broke others",
        )
    file.unlink()
    lab.push(f"mend {name}")
    seconds = lab.wait_ready()
    return f"{name}: seen after {seen:.1f} s, healed {seconds:.1f} s after the next commit"


def git_away(lab: Lab) -> str:
    """Take the repository away, let Argo CD notice, and bring it back: nothing may be deleted."""
    before = _uids(lab)
    lab.web.away = True
    try:
        lab.announce()
        seen = lab.wait(
            "an Application to show that git is away",
            lambda: any(sync_of(item) == "Unknown" for item in lab.timeline.states().values()),
        )
        time.sleep(DOWN_SECONDS)
    finally:
        lab.web.away = False
    lab.announce()
    seconds = lab.wait_ready()
    _same(before, _uids(lab), "while git was away")
    return f"noticed after {seen:.1f} s, healed in {seconds:.1f} s, {len(before)} objects kept"


def moved_wave(lab: Lab) -> str:
    """Let an application of the first wave depend on another one: it moves, and no object is made anew."""
    mover, on = _pair(lab)
    before = _uids(lab)
    original = lab.platform
    was = lab.dist.waves[mover]
    lab.platform = original.with_dependency(mover, on)
    lab.push(f"{mover} depends on {on}", lab.platform.synth())
    now = lab.dist.waves[mover]
    seconds = _settle(lab)
    _same(before, _uids(lab), f"when {mover} moved to another wave")
    lab.platform = original
    lab.push(f"{mover} no longer depends on {on}", original.synth())
    _settle(lab)
    _same(before, _uids(lab), f"when {mover} moved back")
    return f"{mover} from wave {was} to {now}: {seconds:.1f} s; {len(before)} UIDs kept, there and back"


def removed(lab: Lab) -> str:
    """Take an application that nobody needs out of the catalogue, and put it back."""
    original = lab.platform
    if not any(original.without(name) for name in lab.dist.catalogue):
        # Every application of the platform is needed by another one: bring one that is not.
        original = lab.platform = original.with_guest()
        lab.push("add a guest", original.synth())
        lab.wait_ready()
    name, smaller = next(
        (name, smaller)
        for name in sorted(lab.dist.catalogue, key=lab.dist.waves.__getitem__, reverse=True)
        if (smaller := original.without(name))
    )
    objects = [lab.object_path(each) for each in lab.managed(name) if each.get("namespace")]
    lab.platform = smaller
    lab.push(f"remove {name}", smaller.synth())
    path = lab.application_path(name)
    seconds = lab.wait(f"{name} to be pruned", lambda: lab.api.get(path) is None)
    left = [each for each in objects if lab.api.get(each) is not None]
    if left:
        fail(f"{name}, removed", f"{', '.join(left[:4])} still there", "none of its objects", "its finalizer")
    lab.wait_ready()
    lab.platform = original
    lab.push(f"add {name} again", original.synth())
    back = lab.wait_ready()
    return f"{name}: {len(objects)} objects gone in {seconds:.1f} s, back in {back:.1f} s"


def _settle(lab: Lab) -> float:
    """Wait until the cluster has the ApplicationSets' waves of git, and everything is Synced and Healthy."""
    start = time.monotonic()
    base = argocd.path(lab.dist.argocd_namespace, "applicationsets")

    def waves() -> dict[str, str]:
        annotation = "argocd.argoproj.io/sync-wave"
        return {
            item["metadata"]["name"]: item["metadata"].get("annotations", {}).get(annotation, "0")
            for item in lab.api.list(base)
        }

    lab.wait("the new waves", lambda: waves() == {name: str(wave) for name, wave in lab.dist.waves.items()})
    lab.wait_ready()
    return time.monotonic() - start


def _managed(lab: Lab) -> list[tuple[str, dict[str, str]]]:
    return [(name, each) for name in lab.dist.catalogue for each in lab.managed(name)]


def _first(lab: Lab, condition: Callable[[str, str], bool]) -> tuple[str, dict[str, str]]:
    return next(each for each in _managed(lab) if condition(each[1]["kind"], each[1]["name"]))


def _first_of_wave(lab: Lab, wave: int) -> str:
    return next(
        name for name in lab.dist.catalogue if lab.dist.waves[name] == wave and not lab.dist.manual(name)
    )


def _pair(lab: Lab) -> tuple[str, str]:
    """Return two applications of one wave, so that neither depends on the other."""
    waves = lab.dist.waves
    pairs = [(a, b) for a in waves for b in waves if a != b and waves[a] == waves[b]]
    if not pairs:
        fail("the catalogue", "no two applications in one wave", "two, to make one depend on the other", "-")
    return pairs[0]


def _uids(lab: Lab) -> dict[tuple[str, str, str, str], str]:
    """Return the UID of every object that an Application of the catalogue manages, and of the Applications."""
    found = inventory(lab)
    wanted = {
        (each.get("group", ""), each["kind"], each.get("namespace", ""), each["name"])
        for _, each in _managed(lab)
    } | {key for key in found if key[1] in ("Application", "ApplicationSet", "PersistentVolumeClaim")}
    return {key: found[key]["uid"] for key in sorted(wanted & found.keys())}


def _same(
    before: dict[tuple[str, str, str, str], str], after: dict[tuple[str, str, str, str], str], when: str
) -> None:
    changed = [f"{key[1]} {key[2]}/{key[3]}" for key, uid in before.items() if after.get(key) != uid]
    if changed:
        fail(
            f"objects {when}",
            f"{', '.join(changed[:8])} deleted or made anew",
            "the same UIDs",
            "read the audit of that time",
        )
