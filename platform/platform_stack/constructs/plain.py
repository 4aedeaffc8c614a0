"""A chart in Python alone, for what needs no cdk8s.

Node takes as long to start as all else that a command does. A `PlainChart` has what the functions of applications use
of their chart; whoever finds that one of them asks for more makes its charts anew with cdk8s' own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from platform_stack.errors import called_from, fail
from platform_stack.integrations.argo_cd.sync import in_wave
from platform_stack.model.field_types import show
from platform_stack.typed import ApiObject, to_manifest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platform_stack.model import SyncWave

Manifest = dict[str, Any]
"""A Kubernetes object as YAML would hold it."""

_REQUIRED = (("apiVersion", str), ("kind", str), ("metadata", Mapping))


class PlainChart:
    """Manifests, added one by one; no construct may be its child."""

    def __init__(self, id: str) -> None:  # noqa: A002  the name constructs give it
        """Make an empty chart."""
        self._id = id
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
            is_construct = hasattr(type(item), "__jsii_type__")
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
        return f"{called_from()}: chart {self._id!r}: add"

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The manifests added so far, without those of foreign constructs."""
        return tuple(self._manifests)


class PlainApp:
    """Holds plain charts, as a ManifestApp holds cdk8s' own."""

    def __init__(self) -> None:
        """Make an App without charts."""
        self._charts: list[PlainChart] = []

    def chart(self, id: str) -> PlainChart:  # noqa: A002  see above
        """Make an empty chart."""
        self._charts.append(PlainChart(id))
        return self._charts[-1]

    def charts_with_manifests(self) -> Sequence[tuple[PlainChart, Sequence[Manifest]]]:
        """Return each chart with all its manifests."""
        return [(chart, chart.manifests) for chart in self._charts]
