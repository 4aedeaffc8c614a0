"""`platform-stack synth`: write dist/."""

from __future__ import annotations

import dataclasses
import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_stack.cli.load import load_platform, reports_errors, show_warnings
from platform_stack.cli.progress import progress
from platform_stack.errors import did_you_mean, short_path
from platform_stack.synth import load_cdk8s, synthesize, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.model import Cluster, Platform
    from platform_stack.synth import Synthesized, Written

_DIFF_LINES = 40


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write one folder a cluster below this one, to look at: Argo CD follows dist/ of the git repository all the "
    "same, and the files say so.  [default: $CDK8S_OUTDIR, or dist]",
)
@click.option(
    "--cluster", "clusters", multiple=True, metavar="NAME", help="Only this cluster; may be repeated."
)
@click.option("--repo-url", metavar="URL", help="Git URL to write instead of the clusters' own.")
@click.option(
    "--revision", metavar="REV", help="Branch, tag or commit to write instead of the clusters' own."
)
@click.option("--chart-mirror", metavar="URL", help="Take every chart from this chart repository.")
@click.option(
    "--check", is_flag=True, help="Change nothing; exit 1 with a short diff if the output is stale."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@click.pass_context
@reports_errors
def synth(
    ctx: click.Context,
    /,
    output: Path | None,
    clusters: tuple[str, ...],
    *,
    check: bool,
    as_json: bool,
    **overrides: str | None,
) -> None:
    """Write each cluster's folder of dist/, from the description in apps/.

    The new tree is made beside the old one and swapped in: an error leaves what was there. Files that no
    longer belong disappear; a file that does not change keeps its modification time.
    """
    with progress("making the manifests"):
        load_cdk8s()
        made = synthesize(_select(load_platform(ctx.obj["module"]), clusters, overrides))
        written = write(made, output, check=check)
    if as_json:
        click.echo(json.dumps([_as_json(result) for result in written], indent=2))
    else:
        for source, result in zip(made, written, strict=True):
            _report(source, result, check=check)
    if check and any(result.changes for result in written):
        raise click.exceptions.Exit(1)


def _select(platform: Platform, names: tuple[str, ...], overrides: dict[str, str | None]) -> Platform:
    known = [cluster.name for cluster in platform.clusters]
    for name in names:
        if name not in known:
            message = f"no cluster {name!r}; {did_you_mean(name, known)}"
            raise click.BadParameter(message, param_hint="--cluster")
    given: dict[str, Any] = {key: value for key, value in overrides.items() if value is not None}
    return dataclasses.replace(
        platform,
        clusters=tuple(
            _changed(cluster, given) for cluster in platform.clusters if not names or cluster.name in names
        ),
    )


def _changed(cluster: Cluster, given: dict[str, Any]) -> Cluster:
    """Return a cluster with other values, which messages still find where it is described."""
    made = dataclasses.replace(cluster, **given)
    object.__setattr__(made, "source", cluster.source)
    return made


def _report(made: Synthesized, result: Written, *, check: bool) -> None:
    show_warnings(result.warnings)
    changes = result.changes
    folder = click.style(short_path(result.folder), bold=True)
    summary = f"{len(changes.added)} added, {len(changes.changed)} changed, {len(changes.removed)} removed"
    if not changes:
        click.echo(f"{folder}: {result.files} files, up to date")
    elif not check:
        click.echo(f"{folder}: {result.files} files: {summary}")
    else:
        click.echo(f"{folder} is stale: {summary} by `platform-stack synth`")
        lines = list(_diff(made, result))
        for line in lines[:_DIFF_LINES]:
            click.secho(line, fg={"+": "green", "-": "red", "@": "cyan"}.get(line[:1]))
        if len(lines) > _DIFF_LINES:
            click.echo(f"… {len(lines) - _DIFF_LINES} more lines")


def _diff(made: Synthesized, result: Written) -> Iterator[str]:
    for path in result.changes.removed:
        yield f"- {path} (does not belong)"
    for path in result.changes.added:
        yield f"+ {path} (missing)"
    for path in result.changes.changed:
        old = (result.folder / path).read_bytes().decode(errors="replace").splitlines()
        new = made.files[path].decode().splitlines()
        yield from difflib.unified_diff(old, new, path, path, lineterm="", n=1)


def _as_json(result: Written) -> dict[str, object]:
    return {
        "folder": str(result.folder),
        "files": result.files,
        **dataclasses.asdict(result.changes),
        "warnings": [dataclasses.asdict(warning) for warning in result.warnings],
    }
