"""What the bootstrap script does on a new cluster, with the lab's own kubectl and helm."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import argocd
from .errors import fail
from .processes import wait_for

if TYPE_CHECKING:
    from .charts import ChartRepository
    from .client import Object
    from .controlplane import ControlPlane
    from .dist import Dist
    from .platform import Platform

IS_DEFINITION = re.compile(r"^kind: *CustomResourceDefinition$", re.MULTILINE)


def install(plane: ControlPlane, charts: ChartRepository, platform: Platform, dist: Dist) -> None:
    """Apply CRDs, then namespaces and charts of the bootstrap layer with dist's own values, in their order."""
    argocd.prepare(plane)
    for name in platform.bootstrap_definitions():
        rendered = charts.render(dist, dist.chart(name))
        _apply(
            plane, f"CRDs of {name}", [document for document in rendered if IS_DEFINITION.search(document)]
        )
    # A kind is served a moment after its CRD is there; until then kubectl knows no such kind.
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    wait_for(
        "the CRDs of the bootstrap",
        lambda: all(_established(item) for item in plane.api.list(path)),
        seconds=60,
        hint="kubectl describe customresourcedefinitions",
    )
    for application, names in platform.bootstrap():
        # dist owns the namespaces of the bootstrap layer too, and its charts need them.
        owned = [
            path.read_text() for path, item in dist.manifests(application) if item["kind"] == "Namespace"
        ]
        _apply(plane, f"namespaces of {application}", owned)
        for name in names:
            pin = dist.chart(name)
            _apply(plane, name, charts.render(dist, pin, dist.bootstrap(f"{pin.release}.values.yaml")))
    argocd.complete_settings(plane)


def apply_root(plane: ControlPlane, dist: Dist) -> None:
    """Hand over to Argo CD: apply the root Application."""
    result = plane.kubectl("apply", "--server-side", f"--filename={dist.bootstrap('root.yaml')}")
    if result.returncode != 0:
        fail("bootstrap/root.yaml", result.stderr.strip(), "it to be applied", "read the object it refuses")


def _apply(plane: ControlPlane, what: str, documents: list[str]) -> None:
    if not documents:
        return
    # No --namespace: a chart may put objects into several, and kubectl would refuse those of the others.
    arguments = ("apply", "--server-side", "--force-conflicts", "--filename=-")
    result = plane.kubectl(*arguments, stdin="\n---\n".join(documents))
    if result.returncode != 0:
        fail(
            f"bootstrap of {what}",
            result.stderr.strip()[-900:],
            "every object to be applied",
            "dist's bootstrap values and the chart do not go together, or a CRD is missing",
        )


def _established(definition: Object) -> bool:
    conditions = definition.get("status", {}).get("conditions") or []
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)
