"""Reading back what was written, so that only equal work is compared."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from .errors import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Manifest: TypeAlias = dict[str, Any]


def read_files(folder: Path, name: str) -> dict[str, Manifest]:
    """Return the object in each file whose path has the name in it, by path."""
    return {
        path.relative_to(folder).as_posix(): yaml.load(path.read_bytes(), yaml.CSafeLoader)
        for path in _named(folder, name)
    }


def count_files(folder: Path) -> int:
    """Return how many files there are, at any depth."""
    return sum(path.is_file() for path in folder.rglob("*"))


def check_objects(folder: Path, name: str, expected: Mapping[str, Manifest], sample: str) -> None:
    """Fail unless the files of application `name` hold the expected objects.

    Args:
        folder: what a contender wrote.
        name: the application.
        expected: the objects of the application `sample`, by any key.
        sample: its name.

    Raises:
        BenchError: an object is missing, too many or different.

    """
    found = {
        _identity(item): _without_empty_metadata(item)
        for path in _named(folder, name)
        for item in yaml.load_all(path.read_bytes(), yaml.CSafeLoader)
    }
    wanted = {
        _identity(item): _without_empty_metadata(item) for item in _renamed(expected.values(), sample, name)
    }
    if found == wanted:
        return
    different = sorted(key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key))
    message = f"{folder}: application {name}: other objects than ours: {different}"
    raise BenchError(message)


def _named(folder: Path, name: str) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and name in str(path.relative_to(folder))
    )


def _identity(item: Manifest) -> tuple[str, str, str, str]:
    metadata = item["metadata"]
    return item["apiVersion"], item["kind"], metadata.get("namespace", ""), metadata["name"]


def _without_empty_metadata(item: Manifest) -> Manifest:
    """Drop empty labels and annotations, as cdk8s does: to Kubernetes they are the same as none."""
    metadata = {
        key: value for key, value in item["metadata"].items() if value or key not in ("labels", "annotations")
    }
    return {**item, "metadata": metadata}


def _renamed(items: Iterable[Manifest], old: str, new: str) -> list[Manifest]:
    def rename(value: Any) -> Any:  # noqa: ANN401  a part of a manifest
        if isinstance(value, dict):
            return {rename(key): rename(item) for key, item in value.items()}
        if isinstance(value, list):
            return [rename(item) for item in value]
        return value.replace(old, new) if isinstance(value, str) else value

    return [rename(item) for item in items]


def digest(folder: Path) -> str:
    """Return what two folders have in common that hold the same files."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(f"{path.relative_to(folder)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
