"""Who has a sidecar, from the manifests alone, as Istio's injector decides with its default settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .mesh_oracle import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_POD_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job")


def members(objects: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Member]:
    """Return each workload that gets a sidecar, by its namespace and name.

    A namespace's label asks for all its pods, a pod's own label counts more, and pods on the node's network
    never get one (https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/).
    """
    found = list(objects)
    labelled = {
        item["metadata"]["name"]
        for item in found
        if item["kind"] == "Namespace"
        and item["metadata"].get("labels", {}).get("istio-injection") == "enabled"
    }
    result = {}
    for item in found:
        if item["kind"] not in _POD_KINDS:
            continue
        namespace, name = item["metadata"]["namespace"], item["metadata"]["name"]
        template = item["spec"]["template"]
        metadata = template.get("metadata", {})
        labels = metadata.get("labels", {})
        asked = labels.get("sidecar.istio.io/inject", "true" if namespace in labelled else "false")
        if asked == "true" and not template["spec"].get("hostNetwork"):
            account = template["spec"].get("serviceAccountName", "default")
            result[namespace, name] = Member(namespace, account, labels, metadata.get("annotations", {}))
    return result
