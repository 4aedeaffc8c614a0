"""Every pod that the platform and its cluster will have, as specs, before there is a cluster."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

from platform_stack.kubernetes import KUBERNETES_VERSION

from . import kind_addons
from .engines import KUBERNETES
from .prometheus import KINDS, reloader_image, stateful_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .client import Object

_POD_KINDS = ("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet")


def pod_specs(objects: Iterable[Object]) -> Iterator[dict[str, Any]]:
    """Yield the spec of the pods of each object that makes some, those of Prometheus' operator included."""
    objects = list(objects)
    for item in objects:
        kind, spec = item["kind"], item.get("spec") or {}
        if kind == "Pod":
            yield spec
        elif kind == "CronJob":
            yield _once(spec["jobTemplate"]["spec"]["template"]["spec"])
        elif kind in KINDS:
            made = {**item, "metadata": {"uid": "", **item["metadata"]}}
            yield stateful_set(kind, made, KINDS[kind][1], reloader_image(objects))["spec"]["template"][
                "spec"
            ]
        elif kind in _POD_KINDS:
            pod = spec["template"]["spec"]
            yield _once(pod) if kind == "Job" else pod


def cluster_pods() -> list[dict[str, Any]]:
    """Return the pods that kubeadm and KIND make: their images, and for stand-ins how they are started."""
    listed = subprocess.run(
        [
            str(KUBERNETES.program("kubeadm")),
            "config",
            "images",
            "list",
            f"--kubernetes-version=v{KUBERNETES_VERSION}",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    images = [
        each
        for each in listed
        if not each.startswith(("registry.k8s.io/pause", "registry.k8s.io/kube-proxy"))
    ]
    kubeadm = [{"containers": [{"name": "any", "image": image}]} for image in images]
    return kubeadm + list(pod_specs(kind_addons.objects()))


def _once(pod: dict[str, Any]) -> dict[str, Any]:
    return {"restartPolicy": "Never", **pod}
