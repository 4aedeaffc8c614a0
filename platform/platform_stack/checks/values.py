"""Helm values against the recorded shape of their chart: a misspelt key does nothing, and says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding
from platform_stack.facts.check import check_values, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate


def known_values(estate: Estate) -> Iterator[Finding]:
    """Yield each unknown key and each wrong type in the values of the releases whose facts are recorded."""
    for release in estate.releases:
        if release.facts is None:
            continue
        unchecked = release.chart.unchecked_values
        for problem in check_values(release.facts.values, release.values):
            path = dotted(problem.path)
            if any(path == known or path.startswith(f"{known}.") for known in unchecked):
                continue
            yield Finding(
                where=(
                    f"{release.application.source}: application {release.application.name!r}: "
                    f"release {release.chart.release!r}: values: {path}"
                ),
                found=problem.message.partition(", expected ")[0].removeprefix("found "),
                expected=problem.message.partition(", expected ")[2],
                hint=f"did you mean {problem.suggestion!r}?" if problem.suggestion else "",
            )
