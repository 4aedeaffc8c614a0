"""When each Application was created, Synced, Healthy and deleted, from a watch, with the order the server saw."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .client import ApiError

if TYPE_CHECKING:
    from .client import Api, Object

WATCH_SECONDS = 60


@dataclass
class Milestones:
    """The first time of each stage: seconds since the start of the timeline and the resource version then."""

    created: float
    created_version: int
    synced: float | None = None
    healthy: float | None = None
    ready: float | None = None
    # When its health lets the next wave begin: what the bootstrap has made already is Synced while its first sync runs.
    passed_version: int | None = None
    deleted: float | None = None
    deletion_requested_version: int | None = None
    deleted_version: int | None = None


@dataclass
class Timeline:
    """A recorder; `path` is where Applications are, `current` the newest state of every one that exists."""

    api: Api
    path: str
    start: float = field(default_factory=time.monotonic)
    milestones: dict[str, Milestones] = field(default_factory=dict)
    current: dict[str, Object] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Start to record."""
        threading.Thread(target=self._run, name="timeline", daemon=True).start()

    def end(self) -> None:
        """Stop recording; the thread ends with its watch."""
        self._stop.set()

    def states(self) -> dict[str, Object]:
        """Return the Applications that exist now."""
        with self.lock:
            return dict(self.current)

    def _run(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(ApiError, OSError, http.client.HTTPException, ValueError):
                listed = self.api.call("GET", self.path)
                version = listed["metadata"]["resourceVersion"]
                names = {item["metadata"]["name"] for item in listed["items"]}
                for item in listed["items"]:
                    self._see(item)
                for name in set(self.states()) - names:
                    self._gone(name, int(version))
                for event in self.api.watch(self.path, version, WATCH_SECONDS):
                    if event["type"] == "DELETED":
                        self._gone(event["object"]["metadata"]["name"], _version(event["object"]))
                    elif event["type"] in ("ADDED", "MODIFIED"):
                        self._see(event["object"])
                    elif event["type"] == "ERROR":
                        break
                    if self._stop.is_set():
                        return
            self._stop.wait(0.2)

    def _see(self, item: Object) -> None:
        now = time.monotonic() - self.start
        version = _version(item)
        name = item["metadata"]["name"]
        with self.lock:
            self.current[name] = item
            mark = self.milestones.get(name)
            if mark is None or mark.deleted is not None:
                mark = self.milestones[name] = Milestones(now, version)
            if mark.synced is None and sync_of(item) == "Synced":
                mark.synced = now
            if mark.healthy is None and health_of(item) == "Healthy" and mark.synced is not None:
                mark.healthy = now
            if mark.passed_version is None and sync_of(item) == "Synced" and health_of(item) == "Healthy":
                mark.passed_version = version
            if mark.ready is None and ready(item):
                mark.ready = now
            if mark.deletion_requested_version is None and "deletionTimestamp" in item["metadata"]:
                mark.deletion_requested_version = version

    def _gone(self, name: str, version: int) -> None:
        with self.lock:
            self.current.pop(name, None)
            if name in self.milestones:
                mark = self.milestones[name]
                mark.deleted, mark.deleted_version = time.monotonic() - self.start, version


def sync_of(item: Object) -> str:
    """Return the sync status of an Application."""
    return str(item.get("status", {}).get("sync", {}).get("status", "none"))


def health_of(item: Object) -> str:
    """Return the health of an Application."""
    return str(item.get("status", {}).get("health", {}).get("status", "none"))


def ready(item: Object) -> bool:
    """Say whether an Application is Synced and Healthy and no operation of it runs."""
    operating = item.get("status", {}).get("operationState", {}).get("phase") in ("Running", "Terminating")
    return sync_of(item) == "Synced" and health_of(item) == "Healthy" and not operating


def _version(item: Object) -> int:
    return int(item["metadata"]["resourceVersion"])
