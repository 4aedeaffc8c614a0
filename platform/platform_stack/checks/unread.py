"""What nobody reads: it is written, and says something to a role that nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding
from platform_stack.integrations import READ_BY
from platform_stack.kubernetes import kind_of
from platform_stack.model.roles import Dashboards
from platform_stack.network.derive import is_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate


def read_by_somebody(estate: Estate) -> Iterator[Finding]:
    """Yield each kind of objects, and each data source, for which no application of the platform has the role.

    They are written all the same, and no flow leads to the pods that they mean.
    """
    for member in estate.platform.members:
        unread: dict[str, list[str]] = {}
        for item in estate.objects.get(member.name, ()):
            kind = kind_of(item)
            if kind in READ_BY and not is_read(estate.platform, item):
                metadata = item["metadata"]
                unread.setdefault(kind, []).append(f"{metadata.get('namespace', '')}/{metadata['name']}")
        for kind, names in sorted(unread.items()):
            role = READ_BY[kind]
            yield Finding(
                f"{member.place}: {kind.partition('/')[2]} {', '.join(sorted(names))}",
                f"nobody who reads it: no application has a {role} for it",
                f"an application with the role {role}; until then no flow leads where it does",
                f"a {role} in `roles` of the application that is one, or switch it off where it is made",
            )
        if member.data_sources and not estate.platform.holders(Dashboards):
            yield Finding(
                f"{member.place}: data_sources",
                f"nobody who queries {', '.join(one.name for one in member.data_sources)}: no application has the "
                "role Dashboards",
                "an application with the role Dashboards; until then no flow leads there",
                "Dashboards in `roles` of the application that is one",
            )
