"""Roles: what an application is for the others.

Whoever needs a gateway, a scraper or a mesh asks the platform for those who are one, never for an application by its
name. What a product's objects look like is known to its module in `platform_stack.integrations`, which makes its roles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from platform_stack.model.checked import checked
from platform_stack.model.network import Mesh, NetworkEngine

if TYPE_CHECKING:
    from platform_stack.model.application import Application
    from platform_stack.model.names import Text


@checked("gateway")
@dataclass(frozen=True, kw_only=True)
class Gateway:
    """Leads requests from outside the cluster to Services.

    Attributes:
        workloads: names of the application's workloads that do; empty: all.

    """

    workloads: tuple[Text, ...] = ()


@checked("scraper")
@dataclass(frozen=True, kw_only=True)
class Scraper:
    """Asks pods for their metrics.

    Attributes:
        workloads: names of the application's workloads that do; empty: all.

    """

    workloads: tuple[Text, ...] = ()


@checked("dashboards")
@dataclass(frozen=True, kw_only=True)
class Dashboards:
    """Shows dashboards, and queries data sources for them.

    Attributes:
        workloads: names of the application's workloads that do; empty: all.

    """

    workloads: tuple[Text, ...] = ()


@checked("trace collector")
@dataclass(frozen=True, kw_only=True)
class TraceCollector:
    """Takes traces over OTLP.

    Attributes:
        workloads: names of the application's workloads that do; empty: all.

    """

    workloads: tuple[Text, ...] = ()


Role = Gateway | Scraper | Dashboards | TraceCollector | NetworkEngine | Mesh
"""What an application is for the others."""

PodRole = Gateway | Scraper | Dashboards | TraceCollector
"""Roles that some pods of an application have for all of it."""

AnyRole = TypeVar("AnyRole", bound=Role)


@dataclass(frozen=True)
class Holder(Generic[AnyRole]):
    """An application, and a role that it has.

    Attributes:
        application: the application.
        role: its role.

    """

    application: Application
    role: AnyRole
