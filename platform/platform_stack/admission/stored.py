"""Objects as the API server stores them, where that is more or less than what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.kubernetes import pod_template

if TYPE_CHECKING:
    from platform_stack.facts import Manifest


def stored(item: Manifest) -> Manifest:
    """Return a copy of an object as the engines see it in the cluster.

    A field that is null is not there. On the host's network each port of a container is the node's: hostPort is
    containerPort (Kubernetes, pkg/apis/core/v1/defaults.go: SetDefaults_Pod). The API server writes that into pods
    and not into the template of what makes them; here the template has it too, as it stands for its pods.
    """
    copy: Manifest = _without_nulls(item)
    pod = pod_template(copy).get("spec")
    if isinstance(pod, dict) and pod.get("hostNetwork") is True:
        for kind in ("containers", "initContainers"):
            for container in pod.get(kind) or ():
                for port in container.get("ports") or ():
                    port["hostPort"] = port.get("hostPort") or port.get("containerPort")
    return copy


def _without_nulls(node: Any) -> Any:  # noqa: ANN401  any part of a manifest
    if isinstance(node, dict):
        return {key: _without_nulls(value) for key, value in node.items() if value is not None}
    return [_without_nulls(value) for value in node] if isinstance(node, list) else node
