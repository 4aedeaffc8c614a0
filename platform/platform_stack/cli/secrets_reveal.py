"""The two commands of `platform-stack secrets` that print what is secret: `show` and `key`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from platform_stack.cli.load import known
from platform_stack.cli.secrets_setting import Setting, on_a_cluster
from platform_stack.errors import fail, short_path

if TYPE_CHECKING:
    from platform_stack.model import Application
    from platform_stack.model.secret import Secret

# What needs the package cryptography is imported where it is used.


@click.command()
@click.argument("name")
@click.option("--only", metavar="KEY", help="Only this key's value, and nothing else.")
@click.option(
    "--from-cluster", is_flag=True, help="Ask the cluster with kubectl instead of opening the file."
)
@click.option("--context", metavar="CONTEXT", help="kubectl's context.  [default: the current one]")
@click.option("--force", is_flag=True, help="Print the values even if standard output is no terminal.")
@on_a_cluster
def show(
    at: Setting, name: str, *, only: str | None, from_cluster: bool, context: str | None, force: bool
) -> None:
    """Print the values of a Secret in the clear, on a terminal only.

    They come from what is sealed, opened with the private key, or from the cluster.
    """
    secret = at.find(name)
    known("--only", only, secret.keys)
    if not (force or sys.stdout.isatty()):
        fail(
            f"Secret {secret.full_name}",
            "standard output is no terminal",
            "a terminal: what is printed here is secret",
            "--force prints it all the same",
        )
    values = _from_cluster(secret, context) if from_cluster else _from_file(at, secret)
    if only:
        if only not in values:
            fail(f"Secret {secret.full_name}", f"no key {only!r} in it", "the declared keys", "seal it again")
        click.echo(values[only], nl=sys.stdout.isatty())
        return
    for key, value in values.items():
        click.echo(f"{click.style(key, bold=True)}: {value.decode(errors='replace')}")


@click.command()
@click.option("--force", is_flag=True, help="Print the key even if standard output is a terminal.")
@on_a_cluster
def key(at: Setting, *, force: bool) -> None:
    """Print the Secret with the sealing key that the cluster's controller needs, into a pipe only.

    \b
    platform-stack secrets key --cluster NAME | kubectl apply --server-side -f -

    The private key is in it, in the clear. The namespace of the controller has to be there.
    """  # noqa: D301  click wants the control character itself
    from platform_stack.secrets.keys import as_pem, key_at_hand, read_certificate  # noqa: PLC0415  see above

    if sys.stdout.isatty() and not force:
        fail(
            "standard output",
            "a terminal",
            "a pipe: the private key is in what is printed",
            "platform-stack secrets key | kubectl apply --server-side -f -; --force prints it all the same",
        )
    read_certificate(at.store)
    private = as_pem(key_at_hand(at.config, at.store.fingerprint, at.store.certificate))
    secret = at.opener.role.key_secret(
        _namespace(at.opener.application), at.store.certificate or b"", private
    )
    click.echo(json.dumps(secret, indent=2))


def _from_file(at: Setting, secret: Secret) -> dict[str, bytes]:
    from platform_stack.secrets.work import unlock  # noqa: PLC0415  see above

    sealed = at.store.sealed.get(secret.full_name)
    if sealed is None:
        fail(
            f"Secret {secret.full_name}",
            "not sealed",
            f"the file {short_path(at.store.folder / at.store.file_name(secret))}",
            f"platform-stack secrets seal {secret.full_name}, or ask the cluster: --from-cluster",
        )
    return unlock(at.workplace, sealed)


def _from_cluster(secret: Secret, context: str | None) -> dict[str, bytes]:
    from platform_stack.secrets.cluster import read_secret  # noqa: PLC0415  for this option only

    return read_secret(secret, context)


def _namespace(opener: Application) -> str:
    """Return the namespace that the controller takes its keys from: its own, that of the first chart."""
    return opener.namespace_of(opener.charts[0]) if opener.charts else opener.namespaces[0].name
