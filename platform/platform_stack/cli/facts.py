"""`platform-stack facts`: record what the pinned charts make."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from platform_stack.cli.load import load_platform, reports_errors
from platform_stack.cli.progress import progress
from platform_stack.errors import fail, short_path


@click.command()
@click.option(
    "--charts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the charts, as folders or .tgz packages.  [default: helm pulls them]",
)
@click.option("--helm", default="helm", show_default=True, help="The helm command.")
@click.option(
    "--application", "names", multiple=True, metavar="NAME", help="Only this application; may be repeated."
)
@click.pass_context
@reports_errors
def facts(ctx: click.Context, charts: Path | None, helm: str, names: tuple[str, ...]) -> None:
    """Render each pinned chart with the platform's values, on each profile, and record the facts.

    Synth and the tests read only the recorded facts. Run it after a change of a version or a value; the
    facts of the others stay as they are.
    """
    found = shutil.which(helm)
    if found is None:
        fail(
            "helm",
            f"no command {helm!r}",
            "helm 3.8 or newer",
            "`make helm` builds it with Go, or see https://helm.sh/docs/intro/install/",
        )
    platform = load_platform(ctx.obj["module"])
    from platform_stack.facts.platform import record_platform  # noqa: PLC0415  loaded for this command only

    with progress("rendering the charts"):
        paths = record_platform(platform, found, charts, only=names)
    for path in paths:
        click.echo(short_path(path))
