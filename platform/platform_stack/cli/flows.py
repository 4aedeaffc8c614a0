"""`platform-stack flows`: who may talk to whom."""

from __future__ import annotations

import dataclasses
import json
from typing import Literal

import click

from platform_stack.checks import Phase, warnings
from platform_stack.cli.load import choose_cluster, known, load_platform, reports_errors, show_warnings
from platform_stack.cli.table import print_table
from platform_stack.network.table import FlowRow, graph, rows
from platform_stack.synth import estates

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

    Everything else is refused: each namespace of the platform has a default deny in both directions. One that
    may hold pods of a release without recorded facts has none, and is named on standard error.
    """
    platform = load_platform(ctx.obj["module"])
    known("--from", source, platform.by_name)
    known("--to", target, platform.by_name)
    cluster = choose_cluster(platform, name)
    (estate,) = estates(dataclasses.replace(platform, clusters=(cluster,)))
    show_warnings(warnings([estate], Phase.DECLARED, Phase.FILLED))
    found = [
        row
        for row in rows(estate.flows)
        if source in (None, row.from_application) and target in (None, row.to_application)
    ]
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(row) for row in found], indent=2))
    elif form == "table":
        _table(found)
    else:
        click.echo("\n".join(graph(found, form)))


def _table(found: list[FlowRow]) -> None:
    print_table(
        ("from", "to", "port", "protection", "why", "asked by"),
        ((row.source, row.target, row.port, row.protection, row.because, row.declared_by) for row in found),
        red=lambda cells: cells[3] == "none",
    )
