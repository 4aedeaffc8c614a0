"""What the lab asks of Argo CD, as a git server's webhook or an administrator would."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from .controlplane import ControlPlane

NAMESPACE = "argocd"
CONTROLLER = {"app.kubernetes.io/name": "argocd-application-controller"}


def refresh(plane: ControlPlane, names: Collection[str] | None = None, *, hard: bool = False) -> None:
    """Ask for a new comparison of Applications (default: all); `hard` also throws the cached manifests away."""
    base = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications"
    for item in plane.api.list(base):
        name = item["metadata"]["name"]
        if names is None or name in names:
            annotations = {"argocd.argoproj.io/refresh": "hard" if hard else "normal"}
            plane.api.merge(f"{base}/{name}", {"metadata": {"annotations": annotations}})


def announce(plane: ControlPlane) -> None:
    """Tell Argo CD of a new commit, as the git server's webhook would; else it is seen at the next poll, in minutes."""
    base = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applicationsets"
    for item in plane.api.list(base):
        annotations = {"argocd.argoproj.io/application-set-refresh": "true"}
        plane.api.merge(f"{base}/{item['metadata']['name']}", {"metadata": {"annotations": annotations}})
    refresh(plane)
