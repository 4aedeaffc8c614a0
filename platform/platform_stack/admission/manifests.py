"""A user's own manifests, read so that the engines can judge them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.errors import Finding, PlatformError, short_path
from platform_stack.facts.scope import is_namespaced
from platform_stack.facts.yaml_reading import load_all
from platform_stack.labels import TIER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from platform_stack.admission.judge import Violation
    from platform_stack.facts import Manifest
    from platform_stack.labels import Tier

_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class ManifestSource:
    """One object, and where it stands.

    Attributes:
        file: the file's path; `-` for standard input.
        manifest: the object, with a namespace if its kind lives in one.

    """

    file: str
    manifest: Manifest

    def is_about(self, violation: Violation) -> bool:
        """Whether a violation is this object's."""
        metadata = self.manifest["metadata"]
        return (
            self.manifest["apiVersion"],
            self.manifest["kind"],
            metadata.get("namespace", ""),
            metadata["name"],
        ) == (violation.api_version, violation.kind, violation.namespace, violation.name)


def read(paths: Iterable[Path], namespace: str) -> list[ManifestSource]:
    """Read the objects of files, of folders (all YAML and JSON files below), and of standard input (`-`).

    Args:
        paths: what to read; each exists.
        namespace: where an object goes that names no namespace, if its kind lives in one.

    Raises:
        PlatformError: something is no YAML or no Kubernetes object, or there is no object at all.

    """
    found, findings = [], []
    for path in paths:
        for file in _files(path):
            for where, item in _documents(file):
                if isinstance(item, Finding):
                    findings.append(item)
                else:
                    found.append(ManifestSource(where, _placed(item, namespace)))
    if findings:
        raise PlatformError(*findings)
    if not found:
        names = ", ".join(short_path(path) for path in paths)
        raise PlatformError(Finding(names, "no object", "Kubernetes objects as YAML or JSON"))
    return found


def named_in(
    objects: Iterable[Manifest], platform: Iterable[Manifest], tier: Tier
) -> dict[str, dict[str, str]]:
    """Return the labels of each namespace that objects name.

    Args:
        objects: the objects; Namespaces among them say their own labels, unless they are the platform's.
        platform: the platform's objects, with its Namespaces.
        tier: who works in a namespace that nothing says it of.

    """
    items = list(objects)
    known = {
        item["metadata"]["name"]: dict(item["metadata"].get("labels") or {})
        for item in (*items, *platform)
        if item["kind"] == "Namespace"
    }
    names = {item["metadata"]["namespace"] for item in items if item["metadata"].get("namespace")}
    return {
        name: {TIER: tier, **known.get(name, {}), "kubernetes.io/metadata.name": name}
        for name in sorted(names)
    }


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    return [path]


def _documents(path: Path) -> Iterator[tuple[str, Manifest | Finding]]:
    """Yield the objects of one file, those of a list one by one; a finding for what is none."""
    where = str(path)
    try:
        documents = load_all(sys.stdin.read() if where == "-" else path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        yield where, Finding(short_path(path), str(error), "YAML or JSON, as UTF-8")
        return
    for number, document in enumerate(documents, 1):
        if document is None:
            continue
        items = document.get("items") if isinstance(document, dict) else None
        for item in items if isinstance(items, list) else [document]:
            lack = _lack(item)
            yield where, _finding(path, number, lack) if lack else item


def _lack(item: object) -> str:
    if not isinstance(item, dict):
        return f"a {type(item).__name__}, not a map"
    metadata: Any = item.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    fields = {"apiVersion": item.get("apiVersion"), "kind": item.get("kind"), "metadata.name": name}
    missing = [field for field, value in fields.items() if not (isinstance(value, str) and value)]
    return f"an object without {' and '.join(missing)}" if missing else ""


def _finding(path: Path, number: int, lack: str) -> Finding:
    return Finding(
        f"{short_path(path)}: document {number}",
        lack,
        "a Kubernetes object: apiVersion, kind and metadata.name",
        "a chart is rendered first: helm template … | platform-stack policies test -",
    )


def _placed(item: Manifest, namespace: str) -> Manifest:
    metadata: Mapping[str, Any] = item["metadata"]
    # A kind that is not known is taken as it stands.
    if not is_namespaced(item):
        return item
    return {**item, "metadata": {**metadata, "namespace": metadata.get("namespace") or namespace}}
