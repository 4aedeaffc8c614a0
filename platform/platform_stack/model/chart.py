"""A Helm chart at an exact version, as one release of an Application."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from platform_stack.errors import called_from, fail
from platform_stack.model.checked import checked
from platform_stack.model.names import check_dns_label

if TYPE_CHECKING:
    from platform_stack.model.names import ChartUrl, DnsName
    from platform_stack.model.platform import Context

Values = Mapping[str, Any]
"""Helm values: a tree of maps, lists and scalars. Any, because each chart has its own tree; synth checks it
against the recorded shape of the chart's values."""

_EXACT_VERSION = re.compile(r"v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


@checked("chart")
@dataclass(frozen=True, kw_only=True)
class Chart:
    """One release of a Helm chart.

    Attributes:
        repository: URL of the chart repository (https://, http:// or oci://).
        name: the chart's name in that repository; it may have dots.
        version: exact version (semantic version, with or without `v`): no range, no `latest`.
        release: Helm release name, a DNS label; default: the chart's name.
        namespace: namespace of the release; default: the application's first namespace.
        values: Helm values, or a function that makes them from the context; default: none.
        unchecked_values: key paths ("a.b.c") that the chart reads although its recorded shape does not
            know them, each with the reason; the check leaves these and all below them alone.
        custom_resources_with_bootstrap: whether this chart's CRDs are applied by the bootstrap, before
            any application, so that everybody may use their kinds; default False.

    Raises:
        PlatformError: a field has a wrong type or form.

    """

    repository: ChartUrl
    name: DnsName
    version: str
    release: str = ""
    namespace: str = ""
    values: Values | Callable[[Context], Values] = field(default_factory=dict)
    unchecked_values: Mapping[str, str] = field(default_factory=dict)
    custom_resources_with_bootstrap: bool = False

    def __post_init__(self) -> None:
        """Check the version and the names; an empty release becomes the chart's name."""
        where = f"{called_from()}: chart {self.name!r}: "
        if not _EXACT_VERSION.fullmatch(self.version):
            fail(
                where + "version",
                self.version,
                "an exact version such as '1.2.3' or 'v1.2.3': what is reviewed must be what is installed",
                "`helm search repo CHART --versions` lists the versions there are",
            )
        if not self.release:
            object.__setattr__(self, "release", self.name)
        check_dns_label(where + "release", self.release)
        if self.namespace:
            check_dns_label(where + "namespace", self.namespace)

    def values_for(self, context: Context) -> Values:
        """Return the release's Helm values on this cluster.

        Raises:
            PlatformError: the function that makes them returns something else than a map of plain data.

        """
        return self.values(context) if callable(self.values) else self.values

    def repository_for(self, mirror: str | None) -> str:
        """Return the URL that the chart is taken from: the mirror if there is one."""
        return mirror or self.repository
