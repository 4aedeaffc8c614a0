"""More actors: what Velero, Kyverno and Gatekeeper report about the objects that they own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .actors import running
from .standins import custom_resource_definition

if TYPE_CHECKING:
    from .client import Api, Object

VELERO = {"app.kubernetes.io/name": "velero"}
# The phase that each kind has when Velero is content with it.
VELERO_PHASES = {"schedules": "Enabled", "backupstoragelocations": "Available"}
KYVERNO = {"app.kubernetes.io/part-of": "kyverno", "app.kubernetes.io/component": "admission-controller"}
KYVERNO_POLICIES = (
    "validatingpolicies",
    "mutatingpolicies",
    "generatingpolicies",
    "imagevalidatingpolicies",
    "deletingpolicies",
)
GATEKEEPER = {"gatekeeper.sh/system": "yes"}
CONSTRAINTS = "constraints.gatekeeper.sh"
TEMPLATES = "/apis/templates.gatekeeper.sh/v1/constrainttemplates"


def report_velero(api: Api) -> None:
    """Set the phase of Schedules and BackupStorageLocations; no backup is made."""
    for plural, phase in VELERO_PHASES.items():
        _report(api, VELERO, f"/apis/velero.io/v1/{plural}", {"phase": phase})


def report_policies(api: Api) -> None:
    """Say that each policy of Kyverno is ready; none is enforced, because no webhook is called."""
    for plural in KYVERNO_POLICIES:
        _report(api, KYVERNO, f"/apis/policies.kyverno.io/v1/{plural}", {"conditionStatus": {"ready": True}})


def create_constraint_kinds(api: Api) -> None:
    """Create the kind of constraint that each ConstraintTemplate describes, as Gatekeeper does."""
    templates = api.list(TEMPLATES)
    if not templates or not running(api, GATEKEEPER):
        return
    for template in templates:
        if template.get("status", {}).get("created"):
            continue
        kind = template["spec"]["crd"]["spec"]["names"]["kind"]
        definition = {"group": CONSTRAINTS, "kind": kind, "plural": kind.lower(), "scope": "Cluster"}
        item = custom_resource_definition({**definition, "versions": ["v1beta1"]})
        owner = {key: template["metadata"][key] for key in ("name", "uid")}
        # It goes with its template.
        item["metadata"]["ownerReferences"] = [
            {"apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate", **owner}
        ]
        api.create(item)
        _set_status(api, TEMPLATES, template, {"created": True})


OPERATORS = (report_velero, report_policies, create_constraint_kinds)


def _report(api: Api, controller: dict[str, str], path: str, status: Object) -> None:
    items = api.list(path)
    if not items or not running(api, controller):
        return
    for item in items:
        found = item.get("status", {})
        if any(found.get(key) != value for key, value in status.items()):
            _set_status(api, path, item, status)


def _set_status(api: Api, collection: str, item: Object, status: Object) -> None:
    group, plural = collection.rsplit("/", 1)
    metadata = item["metadata"]
    inside = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    path = f"{group}{inside}/{plural}/{metadata['name']}"
    # Some kinds have no status subresource: there the status is an ordinary field.
    if api.merge(f"{path}/status", {"status": status}) is None:
        api.merge(path, {"status": status})
