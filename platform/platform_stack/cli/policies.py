"""`platform-stack policies`: what is asked of every object, and whether some manifests would be refused."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from platform_stack.admission.compiler import engines
from platform_stack.admission.judge import compiled, judge, not_judged
from platform_stack.admission.manifests import named_in, read
from platform_stack.admission.table import PolicyRow, rows
from platform_stack.cli.load import choose_cluster, load_platform, reports_errors
from platform_stack.cli.progress import progress
from platform_stack.cli.table import print_table
from platform_stack.errors import fail, short_path
from platform_stack.labels import Tier
from platform_stack.model import Action, Platform
from platform_stack.synth import estates

if TYPE_CHECKING:
    from platform_stack.admission.judge import Violation
    from platform_stack.admission.manifests import ManifestSource
    from platform_stack.estate import Estate


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
    default="default",
    show_default=True,
    help="Where objects go that name no namespace.",
)
@click.option(
    "--namespace-tier",
    "tier",
    type=click.Choice(get_args(Tier)),
    default="tenant",
    show_default=True,
    help="Who works in a namespace that neither the platform nor a FILE describes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what breaks a policy as JSON.")
@click.pass_context
@reports_errors
def test(
    ctx: click.Context, /, files: tuple[Path, ...], namespace: str, tier: Tier, *, as_json: bool
) -> None:
    """Ask the policy engines whether the objects of FILE would be refused in the cluster.

    FILE is YAML or JSON, a folder of such files, or - for standard input. An object in a namespace of the
    platform is judged as what works there; for any other namespace the rules of tenants hold.

    The engines' own programs must be there, on PATH or in build/policies. What they cannot judge, such as
    signatures of images, which need the registries, is told.

    Exit code: 0 if nothing would be refused, 1 if something would, 2 if a FILE is missing.
    """
    with progress("asking the engines"):
        sources = read(files, namespace)
        platform, estate = _known(ctx)
        everything = [item for items in estate.everything.values() for item in items]
        asking = [holder.role for holder in engines(platform).values()]
        asked = compiled(asking, everything)
        if not asked:
            fail(f"{platform.source}: platform: policies", "none", "policies that the engines could be asked")
        objects = [source.manifest for source in sources]
        found = judge(asking, asked, objects, named_in(objects, everything, tier), everything)
    if as_json:
        click.echo(json.dumps([_as_json(one, sources, platform) for one in found], indent=2))
    else:
        for one in found:
            _show(_as_json(one, sources, platform))
        _count(found, sources)
    for because, names in not_judged(asking, asked).items():
        click.echo(f"not asked, because {because}: {', '.join(names)}", err=True)
    if any(one.action is Action.DENY for one in found):
        raise click.exceptions.Exit(1)


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
        "hint": policy.hint if policy else "",
        "target": one.target,
    }


def _show(one: dict[str, Any]) -> None:
    refused = one["action"] is Action.DENY
    word = click.style("refused", fg="red", bold=True) if refused else click.style("reported", fg="yellow")
    click.echo(f"{short_path(one['file'])}: {one['target']}: {word} by {one['policy']} ({one['severity']})")
    click.echo(f"  found:    {one['message'].removesuffix(one['hint']).strip()}")
    if one["hint"]:
        click.echo(f"  hint:     {one['hint']}")


def _count(found: list[Violation], sources: list[ManifestSource]) -> None:
    refused = {one.target for one in found if one.action is Action.DENY}
    reported = {one.target for one in found} - refused
    objects = "1 object" if len(sources) == 1 else f"{len(sources)} objects"
    click.echo(f"{objects}: {len(refused)} refused, {len(reported)} reported")
