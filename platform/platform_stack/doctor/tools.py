"""The programs that bootstrap.sh calls, and whether Docker runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_stack.doctor.check import Diagnosis, ask, version
from platform_stack.kubernetes import MINOR_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAJOR, _MINOR = (int(part) for part in MINOR_VERSION.split("."))


@dataclass(frozen=True, slots=True)
class _Tool:
    command: tuple[str, ...]
    minimum: tuple[int, ...]
    why: str
    install: str
    maximum: tuple[int, ...] | None = None


_TOOLS = (
    _Tool(
        ("docker", "--version"),
        (20, 10),
        "private cgroup namespaces, which the nodes and their network need",
        "https://docs.docker.com/engine/install/",
    ),
    _Tool(
        ("kind", "version"),
        (0, 33),
        "the node image is published with it",
        "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
    ),
    _Tool(
        ("kubectl", "version", "--client"),
        (_MAJOR, _MINOR - 1),
        "within one minor version of the cluster",
        "https://kubernetes.io/docs/tasks/tools/",
        (_MAJOR, _MINOR + 1),
    ),
    _Tool(
        ("helm", "version", "--short"),
        (3, 8),
        "charts from OCI registries",
        "https://helm.sh/docs/intro/install/",
    ),
    _Tool(
        ("git", "version"), (2, 9), "the script turns off stored credentials", "https://git-scm.com/downloads"
    ),
)
"""Minimum versions, in the order of the list: https://docs.docker.com/engine/release-notes/20.10/ (and
kind's pkg/cluster/internal/providers/docker/provision.go); the release that NODE_IMAGE is published with;
https://kubernetes.io/releases/version-skew-policy/#kubectl; https://helm.sh/docs/topics/registries/;
https://git-scm.com/docs/gitcredentials (an empty helper resets the list since 2.9)."""


def check_tools() -> Iterator[Diagnosis]:
    """Yield a check for each program, and one for Docker's daemon."""
    for tool in _TOOLS:
        yield _check(tool)
    answer = ask("docker", "info", "--format", "{{.ServerVersion}}")
    yield Diagnosis(
        "docker daemon",
        "ok" if answer.ok else "fail",
        f"version {answer.text}" if answer.ok else answer.text,
        "a running Docker that you may use",
        ""
        if answer.ok
        else "start Docker Desktop; on Linux: sudo systemctl start docker, and be in group docker",
    )


def docker_info() -> dict[str, Any]:
    """Return what `docker info` says, empty when Docker does not run."""
    answer = ask("docker", "info", "--format", "{{json .}}")
    try:
        return dict(json.loads(answer.text)) if answer.ok else {}
    except ValueError:
        return {}


def _check(tool: _Tool) -> Diagnosis:
    name = tool.command[0]
    expected = f"{_text(tool.minimum)} or newer ({tool.why})"
    if tool.maximum:
        expected = f"{_text(tool.minimum)} to {_text(tool.maximum)} ({tool.why})"
    answer = ask(*tool.command)
    if not answer.ok:
        return Diagnosis(name, "fail", answer.text, expected, tool.install)
    found = version(answer.text)
    if found is None:
        return Diagnosis(
            name, "warn", f"a version that cannot be read: {answer.text}", expected, tool.install
        )
    if found < tool.minimum:
        return Diagnosis(name, "fail", _text(found), expected, tool.install)
    if tool.maximum and found[: len(tool.maximum)] > tool.maximum:
        return Diagnosis(name, "warn", _text(found), expected, tool.install)
    return Diagnosis(name, "ok", _text(found), expected)


def _text(found: tuple[int, ...]) -> str:
    return ".".join(map(str, found))
