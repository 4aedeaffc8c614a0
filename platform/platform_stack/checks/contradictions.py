"""Declarations that contradict each other: each alone could be right, together one of them is not."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from platform_stack.errors import Finding, did_you_mean
from platform_stack.model.network import NetworkEngine
from platform_stack.network.pods import Workload
from platform_stack.network.table import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from platform_stack.estate import Estate
    from platform_stack.model import Application, Context
    from platform_stack.network.pods import Inventory
    from platform_stack.network.resolve import Connection, ResolvedFlow, Spellings


def one_declaration(estate: Estate) -> Iterator[Finding]:
    """Yield each connection that is declared in two ways: two protections, two reasons, two names of its port."""
    for connection, members in _connections(estate).items():
        yield from _connection(estate.context, connection, members, estate.resolution.spellings)


def needed_excuses(estate: Estate) -> Iterator[Finding]:
    """Yield each excuse for plain text (`plaintext_because`) that nobody needs."""
    found = _connections(estate)
    for member in estate.platform.members:
        yield from _plaintext(member, estate.inventory, found)


def encrypted(estate: Estate) -> Iterator[Finding]:
    """Yield each flow that crosses nodes in the clear, unless its target's application says why it may.

    On a network that encrypts; where it does not, that is said once.
    """
    engine = estate.platform.role(NetworkEngine)
    if engine is None or engine.encryption is None:
        return
    for target, flow in _in_the_clear(estate):
        owner = estate.platform.by_name[target.application]
        if target.name not in owner.plaintext_because:
            yield Finding(
                f"{owner.source}: application {owner.name!r}: {target.name!r} port {flow.port}",
                f"{flow.because} ({flow.declared_by}), with nothing that encrypts it between nodes",
                f"mTLS, TLS or {engine.encryption}; {engine.encryption} does not cover pods on the node's network",
                'add the workload to plaintext_because with the reason, or protection="TLS" to the flow',
            )


def nothing_encrypts(estate: Estate) -> Iterator[Finding]:
    """Yield each cluster whose network encrypts nothing between nodes, unless it says why that is right there."""
    engine, cluster = estate.platform.role(NetworkEngine), estate.context.cluster
    if cluster.plaintext_because or (engine and engine.encryption):
        return
    if found := {(one.source, target, one.port) for target, one in _in_the_clear(estate)}:
        yield Finding(
            f"{estate.platform.source}: cluster {cluster.name!r}: plaintext_because",
            f"nothing, and {len(found)} of its flows cross nodes in the clear",
            "a network that encrypts between nodes, or why it need not",
            "the role NetworkEngine with its `encryption`, a mesh, or plaintext_because",
        )


def _in_the_clear(estate: Estate) -> Iterator[tuple[Workload, ResolvedFlow]]:
    """Yield each flow between pods that nothing encrypts between nodes, with its target."""
    for flow in estate.flows:
        if (
            flow.protection == "none"
            and isinstance(flow.source, Workload)
            and isinstance(flow.target, Workload)
        ):
            yield flow.target, flow


def _connections(estate: Estate) -> Mapping[Connection, list[ResolvedFlow]]:
    found: dict[Connection, list[ResolvedFlow]] = defaultdict(list)
    for flow in estate.flows:
        found[flow.source, flow.target, flow.port, flow.protocol].append(flow)
    return found


def _connection(
    context: Context, connection: Connection, flows: list[ResolvedFlow], spellings: Spellings
) -> Iterator[Finding]:
    source, target, port, _ = connection
    where = f"{name_of(source)} to {name_of(target)} port {port}"
    if len({flow.protection for flow in flows}) > 1:
        yield Finding(
            f"{_first(context, flows)}: {where}",
            _both(flows, lambda flow: flow.protection),
            "one protection of one connection",
            'give protection="TLS" to both, or to none',
        )
    for application in sorted({flow.declared_by for flow in flows}):
        own = [flow for flow in flows if flow.declared_by == application]
        if len({flow.because for flow in own}) > 1:
            yield Finding(
                f"{_first(context, own)}: {where}",
                _both(own, lambda flow: flow.because),
                "one declaration of one connection",
                "say it once, with one reason",
            )
        elif len(spelt := spellings.get((application, connection), set())) > 1:
            yield Finding(
                f"{_first(context, own)}: {where}",
                " and ".join(sorted(spelt)) + ", which are the same port",
                "one name of one port",
                "say it once, by one name",
            )


def _plaintext(
    member: Application, inventory: Inventory, found: Mapping[Connection, list[ResolvedFlow]]
) -> Iterator[Finding]:
    """Yield each workload of `plaintext_because` that is not there, or that is in the mesh and needs no excuse."""
    known = {one.name: one for one in inventory.by_application.get(member.name, ())}
    in_the_clear = {
        target.name
        for (_, target, *_), flows in found.items()
        if isinstance(target, Workload) and target.application == member.name
        for flow in flows
        if flow.protection == "none"
    }
    for name in sorted(member.plaintext_because):
        where = f"{member.source}: application {member.name!r}: plaintext_because"
        expected = "workloads that somebody talks to without encryption between nodes"
        if name not in known and not inventory.unknown_of(member.name):
            yield Finding(where, f"{name!r}, which it does not have", expected, did_you_mean(name, known))
        elif name in known and known[name].mesh and name not in in_the_clear:
            yield Finding(where, f"{name!r}, which is in the mesh", expected, "take it out")


def _both(flows: Iterable[ResolvedFlow], says: Callable[[ResolvedFlow], str]) -> str:
    return " and ".join(dict.fromkeys(f"{says(flow)!r} ({flow.declared_by})" for flow in flows))


def _first(context: Context, flows: list[ResolvedFlow]) -> str:
    """Return the place of the first declaration that an application made, or the object that asked."""
    for flow in flows:
        if flow.declared_by in context.platform.by_name:
            member = context.platform.by_name[flow.declared_by]
            return f"{member.source}: application {member.name!r}: flows"
    return flows[0].declared_by
