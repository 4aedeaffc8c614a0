"""`platform-stack secrets`: key pair, sealing, rotation; what reveals something is in secrets_reveal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from platform_stack.cli.progress import progress
from platform_stack.cli.secrets_reveal import key, show
from platform_stack.cli.secrets_setting import Setting, on_a_cluster
from platform_stack.errors import fail, short_path
from platform_stack.secrets.store import CERTIFICATE, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack.model.secret import Secret

# What needs the package cryptography is imported where it is used: the others shall not wait for it.


@click.group()
def secrets() -> None:
    """Make, seal and change the Secrets that the applications declare; git holds them only sealed.

    \b
    init    once: the key pair; the private key stays outside the repository
    seal    make and seal what is missing, into the platform's folder of secrets
    synth   copies it into dist/, which you commit

    Values are made by chance or taken from you, and are never written or printed in the clear, but by
    `show` and `key`, which say so.
    """  # noqa: D301  click wants the control character itself


@secrets.command()
@on_a_cluster
def init(at: Setting) -> None:
    """Make the sealing key pair of a cluster.

    The private key goes to the config folder, for you only; keep a copy of it elsewhere. The certificate goes
    to the platform's folder of secrets: commit it, so that others can seal too. Neither is ever overwritten.
    """
    from platform_stack.secrets.keys import create  # noqa: PLC0415  see above

    if at.config.resolve().is_relative_to(Path.cwd()):
        fail(
            str(at.config),
            "a folder inside the repository",
            "one outside of it: what lies here is committed sooner or later",
            "name another with --config or the environment variable PLATFORM_STACK_CONFIG",
        )
    with progress("making an RSA key"):
        path = create(at.config, at.store, at.cluster)
    click.echo(f"private key: {path}")
    click.echo(f"certificate: {short_path(at.store.folder / CERTIFICATE)}")
    click.echo(
        "Keep a copy of the private key where it outlives this machine: without it nothing can be opened."
    )


@secrets.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the names of what was sealed as JSON.")
@on_a_cluster
def seal(at: Setting, names: tuple[str, ...], *, as_json: bool) -> None:
    """Make and seal each declared Secret that is not sealed; with NAMEs, only these.

    What is sealed stays as it is. What was sealed for an older key or with other keys is opened, if its key is at
    hand, and sealed again with the same values. Secrets that share a value are sealed together. Either
    everything is written, or nothing.
    """
    from platform_stack.secrets.work import seal_missing  # noqa: PLC0415  see above

    chosen = [at.find(name).full_name for name in names]
    done = seal_missing(at.workplace, chosen)
    _report(at, done, "sealed", as_json=as_json)


@secrets.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All but those that cannot change.")
@click.option("--json", "as_json", is_flag=True, help="Print the names of what was sealed as JSON.")
@on_a_cluster
def rotate(at: Setting, names: tuple[str, ...], *, everything: bool, as_json: bool) -> None:
    """Give Secrets new values, and all Secrets that share a value with them, in one go.

    Needs no key. A pod that read the old value keeps it until it is restarted.
    """
    from platform_stack.model.secret import groups  # noqa: PLC0415  see above
    from platform_stack.secrets.work import permanent, rotate  # noqa: PLC0415  see above

    if everything == bool(names):
        message = "give the names of Secrets, or --all"
        raise click.UsageError(message)
    chosen = [at.find(name).full_name for name in names]
    if everything:
        for group in groups(at.declared):
            lasting = [secret for secret in group if permanent(secret)]
            if lasting:
                click.echo(f"left as it is: {lasting[0].full_name}: {permanent(lasting[0])}", err=True)
            else:
                chosen += [secret.full_name for secret in group]
    done = rotate(at.workplace, chosen)
    _report(at, done, "rotated", as_json=as_json)


@secrets.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@on_a_cluster
def list_(at: Setting, *, as_json: bool) -> None:
    """Show what is declared, and whether it is sealed, missing, sealed for another key, or not needed.

    Where the private key is at hand each is opened: what it does not open is shown as sealed for another key.
    """
    from platform_stack.secrets.work import state_of  # noqa: PLC0415  see above

    rows = [
        (secret.full_name, member.name, state_of(at.workplace, secret))
        for member in at.platform.members
        for secret in member.secrets
    ]
    rows += [(sealed.full_name, "", State.UNNEEDED) for sealed in at.store.unneeded(at.declared)]
    if as_json:
        keys = ("secret", "application", "state")
        click.echo(json.dumps([dict(zip(keys, row, strict=True)) for row in rows], indent=2))
        return
    widths = [max(len(row[column]) for row in rows) if rows else 0 for column in range(2)]
    colours = {State.SEALED: "green", State.MISSING: "yellow"}
    for name, application, state in rows:
        colour = colours.get(state, "red")
        click.echo(f"{name:{widths[0]}}  {application:{widths[1]}}  {click.style(state, fg=colour)}")


secrets.add_command(show)
secrets.add_command(key)


def _report(at: Setting, done: Iterable[Secret], word: str, *, as_json: bool) -> None:
    names = [secret.full_name for secret in done]
    if as_json:
        click.echo(json.dumps(names, indent=2))
        return
    for name in names:
        click.echo(f"{word} {name}")
    if names:
        click.echo(f"{len(names)} files in {short_path(at.store.folder)}: platform-stack synth, then commit")
    else:
        click.echo("everything is sealed")
