"""Storage: volumes of classes that somebody looks after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Action, Policy
from platform_stack.integrations.gatekeeper import Constraint

from ...shared.storage import LONGHORN_CLASSES

if TYPE_CHECKING:
    from platform_stack.admission import Estate

_DEFAULT = "standard"
"""KIND's own class, the default (https://kind.sigs.k8s.io/docs/user/configuration/)."""

# The annotation is older than the field, and Kubernetes still reads it first.
_ANNOTATION = "volume.beta.kubernetes.io/storage-class"


def _known_classes(estate: Estate) -> Constraint:
    """Return the constraint; the classes are the default, those of the manifests, and Longhorn's own."""
    classes = {_DEFAULT, *(LONGHORN_CLASSES if estate.context.cluster.iscsi else ())}
    for items in estate.objects.values():
        classes.update(item["metadata"]["name"] for item in items if item["kind"] == "StorageClass")
    return Constraint(
        kind="PlatformStorageClass",
        match=("/PersistentVolumeClaim", "apps/StatefulSet"),
        schema={"classes": {"type": "array", "items": {"type": "string"}}},
        parameters={"classes": sorted(classes)},
        variables={
            "claims": 'object.kind == "StatefulSet" ? object.spec.?volumeClaimTemplates.orValue([]) : [object]',
            "wanted": (
                "variables.claims.map(claim, claim.spec.?storageClassName.orValue(null))"
                ".filter(name, name != null) + "
                f"variables.claims.map(claim, claim.?metadata.?annotations['{_ANNOTATION}'])"
                ".filter(name, name.hasValue()).map(name, name.value())"
            ),
            "unknown": "variables.wanted.filter(name, !(name in variables.params.classes))",
        },
        cel=(
            (
                "variables.unknown.size() == 0",
                (
                    '"the StorageClass \\"" + variables.unknown.join(", ") + "\\" is none of "'
                    ' + variables.params.classes.join(", ") + "."'
                ),
            ),
        ),
    )


STORAGE = (
    Policy(
        name="known-storage-classes",
        engine="gatekeeper",
        severity="low",
        protects_from="A claim waits for ever for a class that is not there, or takes any volume lying about.",
        asks="A claim names a StorageClass of the platform, or none and gets the default.",
        hint="Leave storageClassName out, or name one of these classes.",
        judges=(
            "PersistentVolumeClaim spec.storageClassName",
            f"PersistentVolumeClaim metadata.annotations.{_ANNOTATION}",
            "StatefulSet spec.volumeClaimTemplates",
        ),
        rule=_known_classes,
        tenants=Action.DENY,
        platform=Action.DENY,
    ),
)
