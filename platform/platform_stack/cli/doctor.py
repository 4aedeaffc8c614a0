"""`platform-stack doctor`: whether bootstrap.sh can work on this machine."""

from __future__ import annotations

import dataclasses
import json
import platform
from pathlib import Path

import click

from platform_stack import bootstrap
from platform_stack.cli.load import reports_errors
from platform_stack.cli.progress import progress
from platform_stack.doctor import Diagnosis, check_git, check_machine, check_network, check_tools
from platform_stack.errors import did_you_mean, fail
from platform_stack.integrations.falco import check_falco

_COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@click.option("--cluster", "name", metavar="NAME", help="Folder of dist/.  [default: the only one]")
@click.option("--json", "as_json", is_flag=True, help="Print all checks as JSON.")
@reports_errors
def doctor(name: str | None, *, as_json: bool) -> None:
    """Check what bootstrap.sh needs, all at once, before it begins.

    Looks at docker, kind, kubectl and helm with their versions; memory, CPUs, inotify limits, WireGuard, eBPF and
    what applications need of the kernel; the docker network and the load balancer's range; and whether git holds this
    dist/ where Argo CD will look.
    Changes nothing. Exit code 1 if something would not work; a warning alone is no failure.
    """
    with progress("looking at this machine"):
        folder = _folder(Path("dist"), name)
        variables = bootstrap.read(folder)
        found = [
            *check_tools(),
            *check_machine(variables, platform.system()),
            *check_falco(folder, platform.system()),
            *check_network(variables, folder),
            *check_git(variables, Path.cwd()),
        ]
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(check) for check in found], indent=2))
    else:
        for check in found:
            _show(check)
        count = {state: sum(check.state == state for check in found) for state in _COLORS}
        click.echo(f"{count['ok']} fine, {count['warn']} warnings, {count['fail']} to mend")
    if any(check.state == "fail" for check in found):
        raise click.exceptions.Exit(1)


def _folder(dist: Path, name: str | None) -> Path:
    known = sorted(path.parent.parent.name for path in dist.glob(f"*/{bootstrap.FILE}"))
    if name in known:
        return dist / name
    if name is not None or len(known) != 1:
        fail(
            f"{dist.absolute()}",
            f"{len(known)} clusters" if name is None else f"no cluster {name!r}",
            "the folder of one cluster",
            did_you_mean(name or "", known) or "platform-stack synth writes them, in the repository's folder",
        )
    return dist / known[0]


def _show(check: Diagnosis) -> None:
    click.echo(click.style(f"{check.state:<5}", fg=_COLORS[check.state]) + f" {check.name}: {check.found}")
    if check.state != "ok":
        click.echo(f"        expected: {check.expected}")
    if check.hint:
        click.echo(f"        hint:     {check.hint}")
