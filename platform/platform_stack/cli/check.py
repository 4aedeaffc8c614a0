"""`platform-stack check`: what matches nothing."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from platform_stack.checks import RULES, Phase, errors, warnings
from platform_stack.cli.load import load_platform, reports_errors, show_warnings
from platform_stack.cli.progress import progress
from platform_stack.synth import load_cdk8s, synthesize

if TYPE_CHECKING:
    from platform_stack.model import Platform


@click.command()
@click.option(
    "--charts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Render the charts of this folder instead of using the recorded facts.",
)
@click.option("--helm", default="helm", show_default=True, help="The helm command, for --charts.")
@click.option("--rules", "show_rules", is_flag=True, help="Print every rule, synth's too, and ask none.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings, or the rules, as JSON.")
@click.pass_context
@reports_errors
def check(ctx: click.Context, /, charts: Path | None, helm: str, *, show_rules: bool, as_json: bool) -> None:
    """Compare the platform with what its charts really make.

    Names policies, Services, monitors, webhooks, Ingresses, data sources and disruption budgets that lead to
    no pod, and Secrets, ConfigMaps and service accounts that nobody makes; sealed Secrets for another key, or not
    as declared, or that nobody needs. Exit code 1 if there are any. What waits until somebody seals it, and what
    is not known because no facts are recorded, or old ones, is told on standard error, and is no finding.
    """
    if show_rules:
        _show_rules(as_json=as_json)
        return
    with progress("looking for what matches nothing"):
        load_cdk8s()
        platform = load_platform(ctx.obj["module"])
        with tempfile.TemporaryDirectory() as scratch:
            made = synthesize(_rendered(platform, helm, charts, Path(scratch)) if charts else platform)
            estates = [one.estate for one in made]
            found = errors(estates, Phase.ASKED)
    doubtful = warnings(estates, Phase.DECLARED)
    show_warnings([*doubtful, *warnings(estates, Phase.FILLED, Phase.ASKED)])
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(finding) for finding in found], indent=2))
    else:
        for finding in found:
            click.echo(str(finding))
        known = "everything that is known leads somewhere" if doubtful else "everything leads somewhere"
        click.echo(f"{len(found)} findings" if found else known)
    if found:
        raise click.exceptions.Exit(1)


def _rendered(platform: Platform, helm: str, charts: Path, scratch: Path) -> Platform:
    from platform_stack.facts.platform import record_platform  # noqa: PLC0415  for this option only

    fresh = dataclasses.replace(platform, facts=scratch)
    record_platform(fresh, helm, charts)
    return fresh


def _show_rules(*, as_json: bool) -> None:
    if as_json:
        rules = [
            {
                "id": rule.id,
                "severity": rule.severity,
                "phase": rule.phase.name.lower(),
                "explanation": rule.explanation,
            }
            for rule in RULES
        ]
        click.echo(json.dumps(rules, indent=2))
        return
    for rule in RULES:
        click.echo(f"{click.style(rule.id, bold=True)} ({rule.severity}, {rule.phase.name.lower()})")
        for line in rule.explanation.splitlines():
            click.echo(f"  {line}".rstrip())
