"""The pod actor: lets a pod start only when every Secret and ConfigMap it needs is there, as a kubelet would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .client import Api, Object

# The gate of the stage `pod-running` in stages.yaml.
PRESENT = "lab.platform-stack.io/inputs"


@dataclass(frozen=True, order=True)
class Input:
    """One ConfigMap or Secret that a pod needs, with one key of it or (empty) just its existence."""

    kind: str
    name: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" key {self.key}" if self.key else "")


@dataclass
class PodActor:
    """Opens the gate of pods; `waiting` says which pods miss what, for the report.

    Pods whose "namespace/name" begins with `held` do not start until somebody empties it.
    """

    waiting: dict[str, list[Input]] = field(default_factory=dict)
    held: str = ""

    def __call__(self, api: Api) -> None:
        """Look at every pod that is on a node and has not been let through."""
        waiting: dict[str, list[Input]] = {}
        for pod in api.list("/api/v1/pods"):
            metadata = pod["metadata"]
            annotations = metadata.get("annotations", {})
            if "nodeName" not in pod["spec"] or PRESENT in annotations or "deletionTimestamp" in metadata:
                continue
            namespace, name = metadata["namespace"], metadata["name"]
            if self.holds(namespace, name):
                continue
            missing = [each for each in inputs(pod) if not _exists(api, namespace, each)]
            if missing:
                waiting[f"{namespace}/{name}"] = missing
                continue
            path = f"/api/v1/namespaces/{namespace}/pods/{name}"
            api.merge(path, {"metadata": {"annotations": {PRESENT: "present"}}})
        self.waiting = waiting

    def holds(self, namespace: str, name: str) -> bool:
        """Say whether a pod is held back."""
        return bool(self.held) and f"{namespace}/{name}".startswith(self.held)


def inputs(pod: Object) -> list[Input]:
    """Return the Secrets and ConfigMaps, and the keys of them, without which a kubelet would not start a pod."""
    spec = pod["spec"]
    found: set[Input] = set()
    for volume in spec.get("volumes", []):
        sources = [volume, *volume.get("projected", {}).get("sources", [])]
        for source in sources:
            found.update(_of_volume(source))
    for container in [*spec.get("initContainers", []), *spec.get("containers", [])]:
        found.update(_of_container(container))
    return sorted(found)


def _of_volume(source: Object) -> Iterator[Input]:
    for field_name, kind in (("secret", "Secret"), ("configMap", "ConfigMap")):
        reference = source.get(field_name)
        if not reference or reference.get("optional"):
            continue
        # A volume of its own says secretName, a projected one says name.
        name = reference.get("secretName", reference.get("name"))
        yield Input(kind, name)
        for item in reference.get("items", []):
            yield Input(kind, name, item["key"])


def _of_container(container: Object) -> Iterator[Input]:
    for variable in container.get("env", []):
        source = variable.get("valueFrom", {})
        for field_name, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
            reference = source.get(field_name)
            if reference and not reference.get("optional"):
                yield Input(kind, reference["name"], reference["key"])
    for source in container.get("envFrom", []):
        for field_name, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
            reference = source.get(field_name)
            if reference and not reference.get("optional"):
                yield Input(kind, reference["name"])


def _exists(api: Api, namespace: str, wanted: Input) -> bool:
    item = api.get(f"/api/v1/namespaces/{namespace}/{wanted.kind.lower()}s/{wanted.name}")
    if item is None:
        return False
    keys = {**(item.get("data") or {}), **(item.get("binaryData") or {})}
    return not wanted.key or wanted.key in keys
