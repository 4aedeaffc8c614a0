"""What the commands of `platform-stack secrets` work on: a cluster, its folder, the folder with the keys."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from platform_stack.cli.load import choose_cluster, known, load_platform, reports_errors
from platform_stack.errors import fail
from platform_stack.secrets.store import read_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from platform_stack.model import Platform, SecretOpener
    from platform_stack.model.roles import Holder
    from platform_stack.model.secret import Given, Secret
    from platform_stack.secrets.store import Store
    from platform_stack.secrets.work import Workplace


@dataclass(frozen=True)
class Setting:
    """What every command here works on.

    Attributes:
        platform: the platform.
        opener: the application that opens Secrets in the cluster.
        cluster: name of the cluster.
        store: its folder of the repository.
        config: folder with the private keys.

    """

    platform: Platform
    opener: Holder[SecretOpener]
    cluster: str
    store: Store
    config: Path

    @property
    def declared(self) -> tuple[Secret, ...]:
        """The Secrets that the platform declares."""
        return tuple(secret for member in self.platform.members for secret in member.secrets)

    @property
    def workplace(self) -> Workplace:
        """What sealing and opening needs."""
        from platform_stack.secrets.work import Workplace  # noqa: PLC0415  loads the package cryptography

        return Workplace(self.store, self.config, self.opener.role, self.declared, ask)

    def find(self, name: str) -> Secret:
        """Return the Secret of a name, with or without its namespace."""
        found = {
            alias: secret
            for secret in self.declared
            for alias in (secret.full_name, secret.name)
            if alias == secret.full_name or [one.name for one in self.declared].count(alias) == 1
        }
        known("NAME", name, found)
        return found[name]


def on_a_cluster(command: Callable[..., None]) -> Callable[..., None]:
    """Add --cluster and --config to a command, and hand it the Setting that they mean."""

    @click.option("--cluster", "cluster_name", metavar="NAME", help="The cluster.  [default: the first]")
    @click.option(
        "--config",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="PLATFORM_STACK_CONFIG",
        help="Folder with the private keys, outside the repository; PLATFORM_STACK_CONFIG names it too.  "
        f"[default: {click.get_app_dir('platform-stack')}]",
    )
    @click.pass_context
    @reports_errors
    @functools.wraps(command)
    def wrapped(
        ctx: click.Context,
        /,
        cluster_name: str | None,
        config: Path | None,
        **arguments: Any,  # noqa: ANN401  each command's own
    ) -> None:
        platform = load_platform(ctx.obj["module"])
        cluster = choose_cluster(platform, cluster_name).name
        folder = config or Path(click.get_app_dir("platform-stack"))
        opener = platform.opener or _fail_without(platform)
        store = read_store(platform.secrets / cluster, opener.role)
        command(Setting(platform, opener, cluster, store, folder), **arguments)

    return wrapped


def _fail_without(platform: Platform) -> NoReturn:
    fail(
        f"{platform.source}: platform: applications",
        "none with the role SecretOpener",
        "an application that opens in the cluster what is sealed here",
        "add one, such as platform_stack.integrations has; without it nothing has to be sealed",
    )


def ask(given: Given) -> str | None:
    """Ask a person for a value, unseen; None if nobody is there."""
    if not sys.stdin.isatty():
        return None
    answer: str = click.prompt(f"{given.what} ({given.variable})", hide_input=True, err=True)
    return answer
