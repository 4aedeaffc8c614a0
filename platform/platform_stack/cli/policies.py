"""`platform-stack policies`: what is asked of every object, and whether some manifests would be refused."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from platform_stack.admission.compiler import engines
from platform_stack.admission.judge import compiled, judge, not_judged, policy_of
from platform_stack.admission.manifests import named_in, read
from platform_stack.admission.programs import ProgramMissingError
from platform_stack.admission.table import PolicyRow, rows
from platform_stack.admission.walls import pod_of, refused
from platform_stack.cli.load import choose_cluster, known, load_platform, reports_errors
from platform_stack.cli.progress import progress
from platform_stack.cli.table import print_table
from platform_stack.errors import PlatformError, fail, short_path
from platform_stack.labels import Tier
from platform_stack.model import Action, Platform
from platform_stack.synth import estates

if TYPE_CHECKING:
    from platform_stack.admission.judge import Violation
    from platform_stack.admission.manifests import ManifestSource
    from platform_stack.errors import Finding
    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import PolicyEngine


@click.group(invoke_without_command=True)
@click.option("--cluster", "name", metavar="NAME", help="The cluster.  [default: the first]")
@click.option("--json", "as_json", is_flag=True, help="Print the policies as JSON.")
@click.pass_context
@reports_errors
def policies(ctx: click.Context, /, name: str | None, *, as_json: bool) -> None:
    """Show what is asked of every object, by which engine, and who is excepted.

    \b
    deny      an object that breaks the policy is refused
    audit     it is accepted and reported
    mutate    it is changed into what it should be
    generate  what belongs to it is made
    -         the policy does not apply there

    `platform-stack policies test FILE` asks the engines about manifests of your own.
    """  # noqa: D301  click wants the control character itself
    ctx.obj = {**ctx.obj, "cluster": name}
    if ctx.invoked_subcommand:
        return
    _, estate = _known(ctx)
    found = rows(estate)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(row) for row in found], indent=2))
    elif found:
        _table(found)
    else:
        click.echo("this platform has no policies")


@policies.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE…",
    type=click.Path(path_type=Path, exists=True, allow_dash=True),
)
@click.option(
    "--namespace",
    metavar="NAME",
    help="Where objects go that name no namespace.  [default: the tenant's first, else default]",
)
@click.option(
    "--namespace-tier",
    "tier",
    type=click.Choice(get_args(Tier)),
    default="tenant",
    show_default=True,
    help="Who works in a namespace that neither the platform nor a FILE describes.",
)
@click.option(
    "--tenant",
    "tenant_name",
    metavar="NAME",
    help="Who commits FILE: its AppProject, Pod Security and its quota judge too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what breaks a policy as JSON.")
@click.pass_context
@reports_errors
def test(
    ctx: click.Context,
    /,
    files: tuple[Path, ...],
    namespace: str | None,
    tier: Tier,
    tenant_name: str | None,
    *,
    as_json: bool,
) -> None:
    """Ask the policy engines whether the objects of FILE would be refused in the cluster.

    FILE is YAML or JSON, a folder of such files, or - for standard input. An object in a namespace of the
    platform is judged as what works there; for any other namespace the rules of tenants hold.

    With --tenant everything that would refuse the tenant's commit is asked: also the kinds and the namespaces of its
    AppProject, Pod Security at level restricted, and the quota, by the sum of what FILE asks for. Engines whose
    program is not there are then left out, which is told on standard error.

    The engines' own programs must be there else, on PATH or in build/policies. What they cannot judge, such as
    signatures of images, which need the registries, is told.

    Exit code: 0 if nothing would be refused, 1 if something would, 2 if a FILE is missing.
    """
    with progress("asking the engines"):
        platform, estate = _known(ctx)
        tenants = {tenant.name: tenant for tenant in platform.tenants}
        known("--tenant", tenant_name, tenants)
        tenant = tenants[tenant_name] if tenant_name else None
        sources = read(files, namespace or (tenant.namespace_names[0] if tenant else "default"))
        everything = [item for items in estate.everything.values() for item in items]
        asking = [holder.role for holder in engines(platform).values()]
        asked = compiled(asking, everything)
        if not asked and not tenant:
            fail(f"{platform.source}: platform: policies", "none", "policies that the engines could be asked")
        objects = [source.manifest for source in sources]
        found, missing = _judged(asking, asked, objects, named_in(objects, everything, tier), everything)
        if tenant:
            found += refused(objects, tenant, platform)
        elif missing:
            raise PlatformError(*missing.values())
        order = {_key(item): -at for at, item in enumerate(reversed(objects))}
        found.sort(key=lambda one: order[one.api_version, one.kind, one.namespace, one.name])
    if as_json:
        click.echo(json.dumps([_as_json(one, sources, platform) for one in found], indent=2))
    else:
        for one in found:
            _show(_as_json(one, sources, platform))
        _count(found, sources)
    for because, left_out in not_judged(asking, asked).items():
        click.echo(f"not asked, because {because}: {', '.join(left_out)}", err=True)
    _tell_missing(asking, asked, missing)
    if any(one.action is Action.DENY for one in found):
        raise click.exceptions.Exit(1)


def _judged(
    asking: list[PolicyEngine],
    asked: list[Manifest],
    objects: list[Manifest],
    names: dict[str, dict[str, str]],
    everything: list[Manifest],
) -> tuple[list[Violation], dict[str, Finding]]:
    """Return what the engines find, and why an engine was not asked, by its name.

    What they find in the pod of a ReplicaSet is the ReplicaSet's.
    """
    pods = [(pod, item) for item in objects if (pod := pod_of(item))]
    makers = {_key(pod): item for pod, item in pods}
    judged = [*objects, *(pod for pod, _ in pods)]
    found: list[Violation] = []
    missing = {}
    for engine in asking:
        try:
            found += judge([engine], asked, judged, names, everything)
        except ProgramMissingError as error:
            missing[engine.name] = error.findings[0]
    of_makers = [
        dataclasses.replace(
            one, api_version=maker["apiVersion"], kind=maker["kind"], name=maker["metadata"]["name"]
        )
        if (maker := makers.get((one.api_version, one.kind, one.namespace, one.name)))
        else one
        for one in found
    ]
    return list(dict.fromkeys(of_makers)), missing


def _tell_missing(asking: list[PolicyEngine], asked: list[Manifest], missing: dict[str, Finding]) -> None:
    for engine in asking:
        if lack := missing.get(engine.name):
            names = sorted({policy_of(item) for item in compiled([engine], asked)})
            click.echo(f"not asked, because {engine.name} has {lack.found}: {', '.join(names)}", err=True)
            click.echo(f"  hint:     {lack.hint}", err=True)


def _key(item: Manifest) -> tuple[str, str, str, str]:
    metadata = item["metadata"]
    return item["apiVersion"], item["kind"], metadata.get("namespace", ""), metadata["name"]


def _known(ctx: click.Context) -> tuple[Platform, Estate]:
    platform = load_platform(ctx.obj["module"])
    chosen = choose_cluster(platform, ctx.obj["cluster"])
    (estate,) = estates(dataclasses.replace(platform, clusters=(chosen,)))
    return platform, estate


def _table(found: list[PolicyRow]) -> None:
    print_table(
        ("policy", "engine", "tenants", "platform", "severity", "asks", "exceptions"),
        (
            (
                row.policy,
                row.engine,
                *(action.value if action else "-" for action in (row.tenants, row.platform)),
                row.severity,
                row.asks,
                "\n".join(one.target for one in row.exceptions),
            )
            for row in found
        ),
    )


def _as_json(one: Violation, sources: list[ManifestSource], platform: Platform) -> dict[str, Any]:
    """Return a violation with its file, and with what its policy says about itself."""
    policy = next((policy for policy in platform.policies if policy.name == one.policy), None)
    return {
        "file": next(source.file for source in sources if source.is_about(one)),
        **dataclasses.asdict(one),
        "severity": policy.severity if policy else "",
        "hint": policy.hint if policy else one.hint,
        "target": one.target,
    }


def _show(one: dict[str, Any]) -> None:
    refused = one["action"] is Action.DENY
    word = click.style("refused", fg="red", bold=True) if refused else click.style("reported", fg="yellow")
    severity = f" ({one['severity']})" if one["severity"] else ""
    click.echo(f"{short_path(one['file'])}: {one['target']}: {word} by {one['policy']}{severity}")
    click.echo(f"  found:    {one['message'].removesuffix(one['hint']).strip()}")
    if one["hint"]:
        click.echo(f"  hint:     {one['hint']}")


def _count(found: list[Violation], sources: list[ManifestSource]) -> None:
    refused = {one.target for one in found if one.action is Action.DENY}
    reported = {one.target for one in found} - refused
    objects = "1 object" if len(sources) == 1 else f"{len(sources)} objects"
    click.echo(f"{objects}: {len(refused)} refused, {len(reported)} reported")
