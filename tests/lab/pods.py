"""What the pods of the cluster say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .client import Api, Object


def running(api: Api, labels: dict[str, str]) -> bool:
    """Say whether a Ready pod has these labels."""
    return any(is_ready(pod) for pod in labelled(api, "/api/v1/pods", labels))


def labelled(api: Api, path: str, labels: dict[str, str]) -> list[Object]:
    """Return the objects of a collection that have these labels."""
    return api.list(path, labelSelector=",".join(f"{key}={value}" for key, value in labels.items()))


def kill(api: Api, labels: dict[str, str]) -> None:
    """Delete the pods with these labels at once, as when their node is lost to them."""
    for pod in labelled(api, "/api/v1/pods", labels):
        path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
        api.delete(path, grace_seconds=0)


def is_ready(pod: Object) -> bool:
    """Say whether a pod's condition Ready is true."""
    conditions = pod.get("status", {}).get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def name_of(pod: Object) -> str:
    """Return namespace/name."""
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"


def done(pod: Object) -> bool:
    """Say whether a pod has run to its end, as a Job's does."""
    return bool(pod["status"].get("phase") == "Succeeded")


def container_statuses(pod: Object) -> Iterator[Object]:
    """Yield the status of each container, those of initialization first."""
    status = pod.get("status", {})
    yield from status.get("initContainerStatuses", [])
    yield from status.get("containerStatuses", [])


def waiting(api: Api) -> list[str]:
    """Return each pod that is neither Ready nor done, with the reason that the scheduler or the kubelet gives."""
    return [
        f"pod {name_of(pod)}: {reason(pod)}"
        for pod in api.list("/api/v1/pods")
        if not is_ready(pod) and not done(pod)
    ]


def reason(pod: Object) -> str:
    """Return why a pod is not Ready: its containers' words, else its conditions', else its phase."""
    parts = []
    for status in container_statuses(pod):
        state = status.get("state", {})
        for kind in ("waiting", "terminated"):
            if kind in state and state[kind].get("reason") not in (None, "Completed", "PodInitializing"):
                message = " ".join(str(state[kind].get("message", "")).split())[:200]
                parts.append(f"{status['name']} {state[kind]['reason']} {message}".strip())
        if "running" in state and not status.get("ready") and not status.get("started"):
            parts.append(f"{status['name']} has not passed its startup probe")
        elif "running" in state and not status.get("ready"):
            parts.append(f"{status['name']} is not ready")
    if not parts:
        parts = [
            each["message"]
            for each in pod["status"].get("conditions", [])
            if each.get("message") and each["status"] != "True"
        ]
    return "; ".join(dict.fromkeys(parts)) or str(pod["status"].get("phase"))


def problems(api: Api) -> list[str]:
    """Return what is wrong with any pod: not Ready, or a container that restarted, was evicted or ran out of memory."""
    found = waiting(api)
    for pod in api.list("/api/v1/pods"):
        if pod["status"].get("reason") == "Evicted":
            found.append(f"pod {name_of(pod)} was evicted: {pod['status'].get('message', '')}")
        for status in container_statuses(pod):
            last = status.get("lastState", {}).get("terminated")
            if status.get("restartCount", 0) and last:
                found.append(
                    f"pod {name_of(pod)}: {status['name']} restarted {status['restartCount']} times, last "
                    f"{last.get('reason')} with {last.get('exitCode')}"
                )
    return found
