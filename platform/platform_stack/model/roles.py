"""Roles: what an application is for the others.

Whoever needs a gateway, a scraper or a mesh asks the platform for those who are one, never for an application by its
name. What a product's objects look like is known to its module in `platform_stack.integrations`, which makes its roles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from platform_stack.model.checked import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from platform_stack.admission import Asked, Made
    from platform_stack.admission.judge import Violation
    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model.application import Application
    from platform_stack.model.declarations import Sidecar
    from platform_stack.model.names import CustomKind, DnsLabel, DnsName, Kind, Text
    from platform_stack.model.policy import Action


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


@checked("mesh")
@dataclass(frozen=True, kw_only=True)
class Mesh:
    """Gives pods an identity, and encrypts what they say to each other.

    Attributes:
        sidecar: the container that it adds to each of its pods.

    """

    sidecar: Sidecar


def _no_kinds(_item: Manifest) -> tuple[CustomKind, ...]:
    return ()


@checked("policy engine")
@dataclass(frozen=True, kw_only=True)
class PolicyEngine:
    """Asks the questions of policies of every object; what is made of them lies with its application.

    Attributes:
        name: DNS label by which a Policy names it.
        rules: the classes of rules that it takes, each with what a policy of that rule can do.
        api_groups: API groups of what it reads: its policies and exceptions.
        objects: makes what it reads from the policies that it asks, each object with its sync wave; it raises a
            PlatformError for a rule that it cannot take.
        judge: asks the engine's own program what would break a policy. It gets what the engine reads, the objects
            that are judged, the labels of their namespaces by name, and what else is in the cluster.
        not_judged: kinds of what it reads about which that program cannot be asked, each with the reason.
        kinds_made_by: the custom kinds ("group/Kind") that the engine makes at run time from one of the objects
            that it reads; default: none.

    """

    name: DnsLabel
    rules: Mapping[type, tuple[Action, ...]]
    api_groups: tuple[DnsName, ...]
    objects: Callable[[Estate, tuple[Asked, ...]], tuple[Made, ...]]
    judge: Callable[
        [Sequence[Manifest], Sequence[Manifest], Mapping[str, Mapping[str, str]], Sequence[Manifest]],
        tuple[Violation, ...],
    ]
    not_judged: Mapping[Kind, str] = field(default_factory=dict)
    kinds_made_by: Callable[[Manifest], tuple[CustomKind, ...]] = _no_kinds


Role = Gateway | Scraper | Dashboards | TraceCollector | Mesh | PolicyEngine
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
