"""Secrets: declared once, in a namespace of their application, after whoever opens them; and what is sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding, did_you_mean, short_path
from platform_stack.model import SecretOpener
from platform_stack.secrets.store import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate
    from platform_stack.model import Application, Platform
    from platform_stack.model.secret import Secret


def sealable(estate: Estate) -> Iterator[Finding]:
    """Yield each Secret that could not be sealed or opened, before anybody seals it."""
    platform = estate.platform
    owners: dict[str, tuple[Application, Secret]] = {}
    yield from _one_opener(platform)
    for member in platform.members:
        allowed = platform.namespaces_for(member)
        for secret in member.secrets:
            where = f"{member.source}: application {member.name!r}: Secret {secret.full_name}"
            owner, first = owners.setdefault(secret.full_name, (member, secret))
            if first is not secret:
                yield Finding(
                    where,
                    f"a second one of that name (the first: that of {owner.name!r})",
                    "each Secret once",
                )
            if secret.namespace not in allowed:
                yield Finding(
                    where,
                    f"namespace {secret.namespace!r}, which the application neither owns nor shares",
                    "a namespace of its own, or one that it shares",
                    did_you_mean(secret.namespace, allowed),
                )
        if member.secrets:
            yield from _opened(platform, member)


def _one_opener(platform: Platform) -> Iterator[Finding]:
    openers = [holder.application for holder in platform.holders(SecretOpener)]
    for other in openers[1:]:
        yield Finding(
            f"{other.source}: application {other.name!r}: roles",
            f"a second SecretOpener (the first: that of {openers[0].name!r}, {openers[0].source})",
            "one application that opens what lies sealed in git",
        )


def _opened(platform: Platform, member: Application) -> Iterator[Finding]:
    where = f"{member.source}: application {member.name!r}: secrets"
    if platform.opener is None:
        yield Finding(
            where,
            "Secrets, which no application of this platform opens",
            "an application with the role SecretOpener, and a dependency on it",
            "add one, such as platform_stack.integrations has; or leave out Secrets that somebody else makes",
        )
        return
    opener = platform.opener.application.name
    if opener not in {member.name, *platform.reach[member.name]}:
        yield Finding(
            where,
            f"no dependency on {opener!r}, which opens them in the cluster",
            f"{opener!r} among what it depends on, directly or not",
            f"add {opener!r} to depends_on",
        )


def sealed_as_declared(estate: Estate) -> Iterator[Finding]:
    """Yield each Secret that the cluster will not get as it is declared, and each file that nobody needs.

    Those that were never sealed are not among them: see `waiting`.
    """
    platform, store = estate.platform, estate.store
    cluster = store.folder.name
    declared = [(member, secret) for member in platform.members for secret in member.secrets]
    for member, secret in declared:
        state = store.state(secret)
        if state in (State.OTHER_KEY, State.OUTDATED):
            yield Finding(
                f"{member.source}: application {member.name!r}: Secret {secret.full_name}",
                f"{short_path(store.sealed[secret.full_name].path)}: {state}",
                "what is sealed for the cluster's certificate, with the declared keys and labels",
                f"platform-stack secrets seal --cluster {cluster}",
            )
    for sealed in store.unneeded([secret for _, secret in declared]):
        yield Finding(
            short_path(sealed.path),
            f"the Secret {sealed.full_name}, which no application declares",
            "declared Secrets only",
            "delete the file",
        )


def waiting(estate: Estate) -> Iterator[Finding]:
    """Yield each Secret that is not sealed: its application's pods wait until it is."""
    cluster = estate.context.cluster.name
    for member in estate.platform.members:
        for secret in member.secrets:
            if estate.store.state(secret) is State.MISSING:
                yield Finding(
                    f"cluster {cluster!r}: {member.name} waits for Secret {secret.full_name}",
                    "not sealed yet",
                    "what is sealed for the cluster's certificate",
                    f"platform-stack secrets seal --cluster {cluster}",
                )
