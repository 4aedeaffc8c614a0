"""Namespaces, each with its Pod Security level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.argo_cd.sync import KEPT, OPTIONS_ANNOTATION
from platform_stack.kubernetes import MINOR_VERSION
from platform_stack.labels import NO_DEFAULT_DENY, OWNER, POD_SECURITY_BECAUSE, TIER
from platform_stack_imports.k8s import Namespace as NamespaceObject
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from platform_stack.model import Application, Mesh, Namespace

_LEVEL = "pod-security.kubernetes.io"


def namespace(
    spec: Namespace, owner: Application, mesh: Mesh | None = None, no_default_deny: str = ""
) -> NamespaceObject:
    """Return the Namespace with its Pod Security level, its tier, and the name of who owns it.

    The level is enforced, warned of and audited at the platform's Kubernetes version: an upgrade of the
    cluster must not change what is refused
    (https://kubernetes.io/docs/concepts/security/pod-security-admission/).
    A reason for a lower level, or why it has no default deny, stands in an annotation; a namespace of Kubernetes'
    own is never deleted. One in the mesh has the mesh's labels and annotations too.
    """
    labels = {TIER: owner.tier, OWNER: owner.owner}
    if spec.mesh and mesh:
        labels |= mesh.namespace_labels
    for mode in ("enforce", "warn", "audit"):
        labels[f"{_LEVEL}/{mode}"] = spec.pod_security
        labels[f"{_LEVEL}/{mode}-version"] = f"v{MINOR_VERSION}"
    annotations = dict(spec.annotations)
    if spec.mesh and mesh:
        annotations |= mesh.namespace_annotations
    if spec.because:
        annotations[POD_SECURITY_BECAUSE] = spec.because
    if no_default_deny and not spec.existing:
        annotations[NO_DEFAULT_DENY] = no_default_deny
    if spec.existing:
        annotations[OPTIONS_ANNOTATION] = KEPT
    return NamespaceObject(
        metadata=ObjectMeta(name=spec.name, labels=labels, annotations=annotations or None)
    )
