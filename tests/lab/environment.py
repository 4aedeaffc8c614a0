"""What the facts leave out of a pod and a real program needs: values of environment variables, and scripts.

Values come from the platform's own Helm values, where a chart takes a list of name and value; for Argo CD also from
the manifests in its Go module, which has the same containers as its chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .client import Object

_SCRIPT = "sha256:"


def variables(values: object) -> dict[str, str]:
    """Return every name and value of Helm values that stand together, at any depth."""
    found: dict[str, str] = {}
    if isinstance(values, dict):
        if isinstance(values.get("name"), str) and isinstance(values.get("value"), str):
            found[values["name"]] = values["value"]
        for each in values.values():
            found |= variables(each)
    elif isinstance(values, list):
        for each in values:
            found |= variables(each)
    return found


def upstream(folder: Path) -> tuple[dict[str, str], dict[str, Object]]:
    """Return, of the manifests in a folder, each variable's value, and each init container by name."""
    known: dict[str, str] = {}
    containers: dict[str, Object] = {}
    for path in sorted(folder.rglob("*.yaml")):
        for item in yaml.load_all(path.read_text(), yaml.CSafeLoader):
            if isinstance(item, dict) and item.get("kind") in ("Deployment", "StatefulSet"):
                spec = item["spec"]["template"]["spec"]
                known |= variables([spec])
                containers |= {each["name"]: each for each in spec.get("initContainers", [])}
    return known, containers


def fill(item: Object, known: Mapping[str, str], containers: Mapping[str, Object]) -> None:
    """Give the containers of a workload the values and scripts that are known; what is not stays as recorded."""
    for container in _containers(item):
        for variable in container.get("env") or []:
            if "value" not in variable and "valueFrom" not in variable and variable["name"] in known:
                variable["value"] = known[variable["name"]]
        words = [*(container.get("command") or []), *(container.get("args") or [])]
        if container["name"] in containers and any(word.startswith(_SCRIPT) for word in words):
            for part in ("command", "args"):
                container[part] = containers[container["name"]].get(part)


def _containers(item: Object) -> Iterator[dict[str, Any]]:
    spec = ((item.get("spec") or {}).get("template") or {}).get("spec") or {}
    yield from spec.get("initContainers") or []
    yield from spec.get("containers") or []
