"""`platform-stack check`: what matches nothing."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from platform_stack.checks import dangling
from platform_stack.checks import secrets as secrets_check
from platform_stack.cli.load import load_platform, reports_errors, show_warnings
from platform_stack.cli.progress import progress
from platform_stack.model import Context
from platform_stack.secrets.store import read_store
from platform_stack.synth import load_cdk8s, synthesize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack.errors import Finding
    from platform_stack.model import Platform
    from platform_stack.synth import Synthesized


@click.command()
@click.option(
    "--charts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Render the charts of this folder instead of using the recorded facts.",
)
@click.option("--helm", default="helm", show_default=True, help="The helm command, for --charts.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
@reports_errors
def check(ctx: click.Context, /, charts: Path | None, helm: str, *, as_json: bool) -> None:
    """Compare the platform with what its charts really make.

    Names policies, Services, monitors, webhooks, Ingresses, data sources and disruption budgets that lead to
    no pod, and Secrets, ConfigMaps and service accounts that nobody makes; SealedSecrets for another key, or not
    as declared, or that nobody needs. Exit code 1 if there are any. What waits until somebody seals it, and what
    is not known because no facts are recorded, or old ones, is told on standard error, and is no finding.
    """
    with progress("looking for what matches nothing"):
        load_cdk8s()
        platform = load_platform(ctx.obj["module"])
        with tempfile.TemporaryDirectory() as scratch:
            made = synthesize(_rendered(platform, helm, charts, Path(scratch)) if charts else platform)
            found = _findings(platform, made)
    warnings = list(dict.fromkeys(warning for one in made for warning in one.warnings))
    show_warnings(warnings)
    _tell_what_waits(platform)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(finding) for finding in found], indent=2))
    else:
        for finding in found:
            click.echo(str(finding))
        known = "everything that is known leads somewhere" if warnings else "everything leads somewhere"
        click.echo(f"{len(found)} findings" if found else known)
    if found:
        raise click.exceptions.Exit(1)


def _rendered(platform: Platform, helm: str, charts: Path, scratch: Path) -> Platform:
    from platform_stack.facts.platform import record_platform  # noqa: PLC0415  for this option only

    fresh = dataclasses.replace(platform, facts=scratch)
    record_platform(fresh, helm, charts)
    return fresh


def _findings(platform: Platform, made: Iterable[Synthesized]) -> list[Finding]:
    return list(
        dict.fromkeys(
            finding
            for one in made
            for finding in (
                *dangling.check(Context(platform, one.cluster), one.objects, one.releases),
                *secrets_check.unsealed(platform, read_store(platform.secrets / one.cluster.name)),
            )
        )
    )


def _tell_what_waits(platform: Platform) -> None:
    for cluster in platform.clusters:
        for member, secret in secrets_check.waiting(platform, read_store(platform.secrets / cluster.name)):
            click.secho(
                f"cluster {cluster.name!r}: {member.name} waits for Secret {secret.full_name}: "
                f"platform-stack secrets seal --cluster {cluster.name}",
                fg="yellow",
                err=True,
            )
