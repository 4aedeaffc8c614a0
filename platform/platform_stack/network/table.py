"""Flows as rows and graphs, for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from platform_stack.model.flow import ANY_PORT, Entity, Names, Networks
from platform_stack.network.pods import Workload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from platform_stack.network.resolve import ResolvedFlow, ResolvedPeer


@dataclass(frozen=True, order=True)
class FlowRow:
    """One flow in words.

    Attributes:
        source: who opens it: namespace and workload, or what it is outside.
        target: who answers.
        port: pod port and protocol.
        protection: how it is protected between nodes.
        because: what it is for.
        declared_by: the application or the object that asked for it.
        from_application: the source's application; empty outside the platform.
        to_application: the target's application; empty outside the platform.

    """

    source: str
    target: str
    port: str
    protection: str
    because: str
    declared_by: str
    from_application: str
    to_application: str


def rows(flows: Iterable[ResolvedFlow]) -> list[FlowRow]:
    """Return flows as rows, sorted."""
    return sorted({_row(flow) for flow in flows})


def graph(found: Iterable[FlowRow], form: Literal["mermaid", "dot"]) -> Iterator[str]:
    """Yield the lines of a graph: an edge for each pair of applications, with its ports."""
    edges: dict[tuple[str, str], set[str]] = {}
    for row in found:
        pair = (row.from_application or row.source, row.to_application or row.target)
        if pair[0] != pair[1]:
            edges.setdefault(pair, set()).add(row.port.removesuffix("/TCP"))
    yield "flowchart LR" if form == "mermaid" else "digraph flows {"
    for (source, target), ports in sorted(edges.items()):
        label = ", ".join(sorted(ports))
        if form == "mermaid":
            yield f'  {_identifier(source)}["{source}"] -- "{label}" --> {_identifier(target)}["{target}"]'
        else:
            yield f'  "{source}" -> "{target}" [label="{label}"];'
    if form == "dot":
        yield "}"


def name_of(peer: ResolvedPeer) -> str:
    """Return what people call a side of a connection."""
    if isinstance(peer, Workload):
        return f"{peer.namespace}/{peer.name}"
    if isinstance(peer, Names):
        return ", ".join(peer.names)
    if isinstance(peer, Networks):
        return ", ".join(peer.networks)
    if isinstance(peer, Entity):
        return peer.value
    return f"{', '.join(peer.names)}, opened as {', '.join(peer.networks) or Entity.WORLD.value}"


def reason(flow: ResolvedFlow) -> str:
    """Return what a flow is for; and why it is opened wider than it is meant, if it is."""
    if isinstance(flow.target, Workload | Entity | Names | Networks):
        return flow.because
    return f"{flow.because}; wider than meant because {flow.target.because}"


def is_wider(flow: ResolvedFlow) -> bool:
    """Return whether a flow opens more than it is meant for."""
    return not isinstance(flow.target, Workload | Entity | Names | Networks)


def _row(flow: ResolvedFlow) -> FlowRow:
    return FlowRow(
        name_of(flow.source),
        name_of(flow.target),
        f"{'any' if flow.port == ANY_PORT else flow.port}/{flow.protocol}",
        flow.protection,
        reason(flow),
        flow.declared_by,
        flow.source.application if isinstance(flow.source, Workload) else "",
        flow.target.application if isinstance(flow.target, Workload) else "",
    )


def _identifier(name: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in name)
