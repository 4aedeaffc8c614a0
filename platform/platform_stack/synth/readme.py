"""README.md of a cluster's folder: what is in it, for whoever reads the repository."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from platform_stack import budget
from platform_stack.admission import table as policies
from platform_stack.model import Mesh, NetworkEngine
from platform_stack.model.roles import Gateway
from platform_stack.network.table import graph, is_wider, name_of, reason, rows
from platform_stack.recorded import Unknown, no_default_deny
from platform_stack.secrets.store import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from platform_stack.estate import Estate
    from platform_stack.model import Application, Context, Namespace, Platform, Quota, Tenant
    from platform_stack.recorded import Release
    from platform_stack.secrets.store import Store

_NONE = "-"


def readme(estate: Estate) -> str:
    """Return the README of a cluster's folder as Markdown; every fact comes from the description."""
    context, missing = estate.context, estate.unknown
    cluster, platform = context.cluster, context.platform
    lines = [
        f"# {cluster.name}",
        "",
        "Made by `platform-stack synth` from `apps/`; do not edit.",
        "",
        f"- profile `{cluster.profile}`, domain `{cluster.domain}`",
        f"- addresses of LoadBalancer Services: `{cluster.load_balancer_range}`",
        f"- Argo CD follows `{cluster.revision}` of `{cluster.repo_url}`",
        *_section("Applications", _applications(context)),
        *_section("Order", ["```mermaid", *_graph(platform), "```"]),
        *_section("Namespaces", _namespaces(platform)),
        *_section("Not known", _unknown(platform, missing)),
        *_section("Tenants", _tenants(platform.tenants)),
        *_section("Routes", _routes(context)),
        *_section("Policies", _policies(estate)),
        *_section("Flows", _flows(estate)),
        *_section("Secrets", _secrets(platform.members, estate.store)),
        *_section("Synced by hand", _manual(context)),
        *_section("Requests", _requests(estate)),
    ]
    return "\n".join(lines) + "\n"


def _section(title: str, body: Iterable[str]) -> list[str]:
    lines = list(body)
    return ["", f"## {title}", "", *lines] if lines else []


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    body = [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *body] if body else []


def _applications(context: Context) -> list[str]:
    platform = context.platform
    order = {member.name: position for position, member in enumerate(platform.members)}

    def wave(member: Application) -> int | str:
        return platform.waves.get(member.name, "bootstrap")

    members = sorted(
        platform.members, key=lambda member: (platform.waves.get(member.name, -1), order[member.name])
    )
    return _table(
        ("wave", "application", "charts", "depends on"),
        (
            (
                wave(member),
                f"[{member.name}](apps/{member.name})",
                "<br>".join(f"{chart.name} {chart.version}" for chart in member.charts) or _NONE,
                ", ".join(member.dependencies) or _NONE,
            )
            for member in members
        ),
    )


def _graph(platform: Platform) -> Iterator[str]:
    """Draw each dependency that no other dependency implies."""
    yield "flowchart LR"
    for member in platform.members:
        yield f'  {member.name}["{member.name}"]'
    for member in platform.members:
        implied = {name for need in member.dependencies for name in platform.reach[need]}
        for need in member.dependencies:
            if need not in implied:
                yield f"  {need} --> {member.name}"


def _namespaces(platform: Platform) -> list[str]:
    mesh = platform.role(Mesh) is not None
    return _table(
        ("namespace", "owner", "Pod Security", "because", *(("mesh", "because") if mesh else ())),
        (
            (
                namespace.name,
                member.name,
                namespace.pod_security,
                namespace.because or _NONE,
                *(_of_the_mesh(namespace) if mesh else ()),
            )
            for member in platform.members
            for namespace in member.namespaces
        ),
    )


def _of_the_mesh(namespace: Namespace) -> tuple[str, str]:
    return "yes" if namespace.mesh else "no", namespace.outside_mesh_because or _NONE


def _tenants(tenants: Sequence[Tenant]) -> list[str]:
    return _table(
        ("tenant", "contact", "group", "namespaces", "quota of each", "registries", "installs"),
        (
            (
                tenant.name,
                tenant.contact,
                tenant.group,
                ", ".join(tenant.namespace_names),
                _quota(tenant.quota),
                ", ".join(tenant.registries) or _NONE,
                "<br>".join(
                    f"{repository.path} of {repository.url} at {repository.revision}"
                    for repository in tenant.repositories
                )
                or _NONE,
            )
            for tenant in tenants
        ),
    )


def _quota(quota: Quota) -> str:
    return f"{quota.cpu} CPU, {quota.memory}, {quota.pods} pods, {quota.storage} of storage"


def _routes(context: Context) -> list[str]:
    """Say where each route leads, and through which gateway where there are several."""
    platform = context.platform
    several = len(platform.holders(Gateway)) > 1
    return _table(
        ("address", "application", "Service", "plugins", *(["gateway"] if several else [])),
        (
            (
                f"<{route.url(context.cluster)}>",
                member.name,
                f"{route.service.namespace}/{route.service.name}:{route.service.port}",
                ", ".join(route.plugins) or _NONE,
                *([one.application.name for one in platform.gateways_of(route)] if several else []),
            )
            for member in platform.members
            for route in member.routes
        ),
    )


def _unknown(platform: Platform, missing: Sequence[Release]) -> list[str]:
    """Say of which releases nothing is known, and what that means for their namespaces."""
    return _table(
        ("release", "application", "namespaces without a default deny", "because", "known after"),
        (
            (
                release.chart.release,
                release.application.name,
                ", ".join(no_default_deny(platform, [release])) or _NONE,
                release.made.because,
                f"`{release.made.record}`",
            )
            for release in missing
            if isinstance(release.made, Unknown)
        ),
    )


def _flows(estate: Estate) -> list[str]:
    found = rows(estate.flows)
    if not found:
        return []
    count = Counter(row.protection for row in found)
    refused = "everything else is refused"
    if estate.no_default_deny:
        refused += f" but what begins and ends in {', '.join(estate.no_default_deny)} (not known)"
    return [
        f"{len(found)} flows are allowed and {refused}; `platform-stack flows` lists them.",
        "Protection between nodes: " + ", ".join(f"{name} {count[name]}" for name in sorted(count)) + ".",
        *_of_the_network(estate),
        "",
        "```mermaid",
        *graph(found, "mermaid"),
        "```",
    ]


def _of_the_network(estate: Estate) -> Iterator[str]:
    """Say what is opened by address, and wider than it is meant, where policies cannot name it."""
    cluster, engine = estate.context.cluster, estate.platform.role(NetworkEngine)
    if cluster.plaintext_because and not (engine and engine.encryption):
        yield f"Nothing encrypts between nodes: {cluster.plaintext_because}."
    if engine and engine.policies:
        return
    for what, networks in (
        ("nodes", cluster.node_networks),
        ("the API server", cluster.api_server_networks),
    ):
        if networks:
            yield f"Policies mean {what} by address: {', '.join(f'`{each}`' for each in networks)}."
    wider = sorted(
        {
            (name_of(flow.target), name_of(flow.source), reason(flow))
            for flow in estate.flows
            if is_wider(flow)
        }
    )
    if wider:
        yield ""
        yield "Opened wider than meant, since no policy here can say names of hosts:"
        yield ""
        yield from _table(("hosts", "from", "because"), wider)


def _policies(estate: Estate) -> list[str]:
    found = policies.rows(estate)
    if not found:
        return []
    excepted: dict[tuple[str, ...], list[str]] = {}
    for one in (one for row in found for one in row.exceptions):
        excepted.setdefault((one.target, one.application, one.because, one.owner), []).append(one.policy)
    engines = Counter(row.engine for row in found)
    return [
        f"{len(found)} policies: {', '.join(f'{name} {engines[name]}' for name in sorted(engines))}.",
        "`platform-stack policies` lists them, `platform-stack policies test FILE` asks them.",
        f"In namespaces of tenants: {policies.summary(found, 'tenant')}.",
        f"In namespaces of the platform: {policies.summary(found, 'platform')}.",
        *(["", f"{len(excepted)} objects are excepted:", ""] if excepted else []),
        *_table(
            ("object", "application", "because", "owner", "policies"),
            ((*about, ", ".join(names)) for about, names in sorted(excepted.items())),
        ),
    ]


def _secrets(members: Sequence[Application], store: Store) -> list[str]:
    declared = [(member, secret) for member in members for secret in member.secrets]
    rows = [
        (secret.full_name, member.name, store.state(secret), f"`{key}`: {value.what}")
        for member, secret in declared
        for key, value in secret.keys.items()
    ]
    if not rows:
        return []
    missing = sum(store.state(secret) is State.MISSING for _, secret in declared)
    return [
        f"Git holds these only sealed. {missing} of {len(declared)} are not sealed yet: a pod that needs one waits "
        "until it is, with `platform-stack secrets seal`."
        if missing
        else "Git holds these only sealed.",
        "",
        *_table(("Secret", "needed by", "state", "key"), rows),
    ]


def _manual(context: Context) -> list[str]:
    return [
        f"- **{member.name}**: {reason}"
        for member in context.platform.members
        if (reason := member.sync.manual(context.cluster))
    ]


def _requests(estate: Estate) -> list[str]:
    context = estate.context
    manual = {member.name for member in context.platform.members if member.sync.manual(context.cluster)}
    counted = [one for one in estate.budget if one.application not in manual]
    if not counted:
        return []
    return [
        f"What the pods ask the scheduler for on {context.cluster.nodes} nodes, CPU / memory.",
        "These are floors, not what they use; beside them, where it is known, the memory of one idle pod.",
        "",
        *_table(
            ("application", "workload", "pods", "a pod", "together", "known idle"),
            (
                (
                    one.application,
                    f"{one.namespace}/{one.name}",
                    one.pods,
                    one.pod,
                    one.total,
                    one.known_idle or _NONE,
                )
                for one in counted
            ),
        ),
        "",
        f"Together **{budget.total(one.total for one in counted)}**"
        + (f", without {', '.join(sorted(manual))}, which is synced by hand." if manual else "."),
        *(
            f"Not counted is what release {release.chart.release!r} asks for, which is not known."
            for release in estate.unknown
        ),
    ]
