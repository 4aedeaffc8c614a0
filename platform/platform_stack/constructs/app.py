"""A cdk8s App and Chart that keep manifests in Python.

An ApiObject costs about a millisecond: it is made, validated and printed in Node, one message at a time.
These charts hold plain manifests, made from typed bindings, and cross into Node only for constructs that
somebody adds to them from elsewhere (cdk8s-plus, a construct library): then cdk8s resolves and orders
those as ever. The price: chart-wide labels, tokens and JSON patches of cdk8s work on foreign constructs
only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cdk8s

from platform_stack.constructs.plain import PlainChart
from platform_stack.errors import fail

if TYPE_CHECKING:
    from collections.abc import Sequence

    import constructs

    from platform_stack.constructs.plain import Manifest


class ManifestChart(PlainChart, cdk8s.Chart):
    """A cdk8s Chart for the objects of one folder of dist/.

    Add typed objects with `add`; any cdk8s construct may be added as a child as usual.
    """

    def __init__(self, scope: constructs.Construct, id: str) -> None:  # noqa: A002  the name constructs give it
        """Make an empty chart below `scope`."""
        cdk8s.Chart.__init__(self, scope, id, disable_resource_name_hashes=True)
        PlainChart.__init__(self, id)

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

    def chart(self, id: str) -> ManifestChart:  # noqa: A002  see above
        """Make an empty chart."""
        return ManifestChart(self, id)

    def charts_with_manifests(self) -> Sequence[tuple[ManifestChart, Sequence[Manifest]]]:
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
