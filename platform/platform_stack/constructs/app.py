"""A cdk8s App and Chart that keep manifests in Python.

An ApiObject costs about a millisecond: it is made, validated and printed in Node, one message at a time.
These charts hold plain manifests, made from typed bindings, and cross into Node only for constructs that
somebody adds to them from elsewhere (cdk8s-plus, a construct library): then cdk8s resolves and orders
those as ever. The price: chart-wide labels, tokens and JSON patches of cdk8s work on foreign constructs
only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import cdk8s

from platform_stack.errors import called_from, fail
from platform_stack.integrations.argo_cd.sync import in_wave
from platform_stack.model.field_types import show
from platform_stack.typed import ApiObject, to_manifest

if TYPE_CHECKING:
    import constructs

    from platform_stack.model import SyncWave

Manifest = dict[str, Any]
"""A Kubernetes object as YAML would hold it."""

_REQUIRED = (("apiVersion", str), ("kind", str), ("metadata", Mapping))


class ManifestChart(cdk8s.Chart):
    """A cdk8s Chart for the objects of one folder of dist/.

    Add typed objects with `add`; any cdk8s construct may be added as a child as usual.
    """

    def __init__(self, scope: constructs.Construct, id: str) -> None:  # noqa: A002  the name constructs give it
        """Make an empty chart below `scope`."""
        super().__init__(scope, id, disable_resource_name_hashes=True)
        self._manifests: list[Manifest] = []

    def add(self, item: ApiObject | Mapping[str, Any], *, wave: SyncWave | int | None = None) -> Manifest:
        """Add an object and return its manifest.

        Args:
            item: an object of the typed bindings, or a plain manifest of a kind that has none.
            wave: the sync wave inside the application; default: Argo CD's, 0.

        Raises:
            PlatformError: it is no object, or has no apiVersion, kind or metadata.

        """
        if not isinstance(item, ApiObject | Mapping):
            is_construct = isinstance(item, cdk8s.ApiObject)
            hint = "a cdk8s construct is in its chart already, by its first argument" if is_construct else ""
            fail(self._adding, show(item), "an object of the typed bindings, or a manifest as a dict", hint)
        if wave is not None and (not isinstance(wave, int) or isinstance(wave, bool)):
            fail(f"{self._adding}: wave", show(wave), "a SyncWave, or a whole number")
        manifest = to_manifest(item) if isinstance(item, ApiObject) else dict(item)
        for field, kind in _REQUIRED:
            found = manifest.get(field)
            if not (isinstance(found, kind) and found):
                fail(f"{self._adding}: {field}", show(found), "an object with apiVersion, kind and metadata")
        manifest = in_wave(manifest, wave)
        self._manifests.append(manifest)
        return manifest

    @property
    def _adding(self) -> str:
        """The place of what a user adds, for messages."""
        return f"{called_from()}: chart {self.node.id!r}: add"

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The manifests added so far, without those of foreign constructs."""
        return tuple(self._manifests)

    def to_json(self) -> list[Any]:
        """Return the chart's manifests; what cdk8s and its Testing.synth call."""
        return [*self._manifests, *_foreign(self)]


class ManifestApp(cdk8s.App):
    """A cdk8s App whose charts are read in Python instead of printed by Node."""

    def __init__(self) -> None:
        """Make an App; where it is written is the caller's business."""
        super().__init__(record_construct_metadata=False)
        # Asking a chart for its objects makes cdk8s validate the whole App and infer its dependencies.
        # An empty one does it in one message, where synth_yaml would call back for every chart.
        self._empty = cdk8s.Chart(self, "validation")

    def charts_with_manifests(self) -> list[tuple[ManifestChart, list[Manifest]]]:
        """Validate the whole tree as cdk8s does, then return each chart with all its manifests.

        Raises:
            PlatformError: cdk8s' validation of a construct found something.

        """
        try:
            self._empty.to_json()
        except RuntimeError as error:
            fail("cdk8s", str(error).strip(), "constructs that pass their own validation")
        tree = self.node.find_all()
        charts = [child for child in tree if isinstance(child, ManifestChart)]
        has_foreign = len(tree) > len(charts) + 2  # the App and the empty chart
        return [
            (chart, [*chart.manifests, *(_foreign(chart) if has_foreign and chart.node.children else ())])
            for chart in charts
        ]


def _foreign(chart: cdk8s.Chart) -> list[Manifest]:
    """Return the manifests of the ApiObjects below a chart, in the order of their dependencies."""
    found = [
        item
        for item in cdk8s.DependencyGraph(chart.node).topology()
        if isinstance(item, cdk8s.ApiObject) and cdk8s.Chart.of(item) is chart
    ]
    return [item.to_json() for item in found]
