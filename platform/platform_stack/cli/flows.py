"""`platform-stack flows`: who may talk to whom."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Literal

import click

from platform_stack.cli.load import load_platform, reports_errors
from platform_stack.errors import did_you_mean
from platform_stack.network.table import Row, graph, rows
from platform_stack.synth import synthesize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack.model import Platform

Format = Literal["table", "mermaid", "dot", "json"]


@click.command()
@click.option("--from", "source", metavar="APP", help="Only flows that this application opens.")
@click.option("--to", "target", metavar="APP", help="Only flows that this application answers.")
@click.option("--cluster", "name", metavar="NAME", help="The cluster.  [default: the first]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "mermaid", "dot", "json"]),
    default="table",
    show_default=True,
    help="How to print them.",
)
@click.pass_context
@reports_errors
def flows(
    ctx: click.Context, /, source: str | None, target: str | None, name: str | None, form: Format
) -> None:
    """Show who may talk to whom: declared flows, and those that webhooks, monitors and routes ask for.

    Everything else is refused: each namespace of the platform has a default deny in both directions.
    """
    platform = load_platform(ctx.obj["module"])
    _known("--from", source, platform.by_name)
    _known("--to", target, platform.by_name)
    (made,) = synthesize(_cluster(platform, name))
    found = [
        row
        for row in rows(made.flows)
        if source in (None, row.from_application) and target in (None, row.to_application)
    ]
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(row) for row in found], indent=2))
    elif form == "table":
        _table(found)
    else:
        click.echo("\n".join(graph(found, form)))


def _cluster(platform: Platform, name: str | None) -> Platform:
    if name is None:
        return dataclasses.replace(platform, clusters=platform.clusters[:1])
    chosen = [cluster for cluster in platform.clusters if cluster.name == name]
    _known("--cluster", name, [cluster.name for cluster in platform.clusters])
    return dataclasses.replace(platform, clusters=tuple(chosen))


def _known(option: str, name: str | None, names: Iterable[str]) -> None:
    known = list(names)
    if name is not None and name not in known:
        message = f"unknown: {name!r}; {did_you_mean(name, known)}"
        raise click.BadParameter(message, param_hint=option)


def _table(found: list[Row]) -> None:
    from rich.console import Console  # noqa: PLC0415  50 ms that the other formats do not pay
    from rich.table import Table  # noqa: PLC0415  see above

    console = Console()
    if not console.is_terminal:
        console.width = 200
    table = Table("from", "to", "port", "protection", "why", "asked by", box=None, header_style="bold")
    for row in found:
        style = "red" if row.protection == "none" else None
        table.add_row(
            row.source, row.target, row.port, row.protection, row.because, row.declared_by, style=style
        )
    console.print(table)
