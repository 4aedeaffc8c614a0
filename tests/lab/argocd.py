"""What the lab asks of Argo CD, as a git server's webhook or an administrator would."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from .lab import Lab

CONTROLLER = {"app.kubernetes.io/name": "argocd-application-controller"}
SERVER = {"app.kubernetes.io/name": "argocd-server"}


def path(namespace: str, plural: str = "applications") -> str:
    """Return the path of Argo CD's own objects, which are in its namespace."""
    return f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/{plural}"


def refresh(lab: Lab, names: Collection[str] | None = None, *, hard: bool = False) -> None:
    """Ask for a new comparison of Applications (default: all); `hard` also throws the cached manifests away."""
    base = path(lab.dist.argocd_namespace)
    for item in lab.api.list(base):
        name = item["metadata"]["name"]
        if names is None or name in names:
            annotations = {"argocd.argoproj.io/refresh": "hard" if hard else "normal"}
            lab.api.merge(f"{base}/{name}", {"metadata": {"annotations": annotations}})


def announce(lab: Lab) -> None:
    """Tell Argo CD of a new commit, as the git server's webhook would; else it is seen at the next poll, in minutes."""
    base = path(lab.dist.argocd_namespace, "applicationsets")
    for item in lab.api.list(base):
        annotations = {"argocd.argoproj.io/application-set-refresh": "true"}
        lab.api.merge(f"{base}/{item['metadata']['name']}", {"metadata": {"annotations": annotations}})
    refresh(lab)
