"""Secrets: declared once, in a namespace of their application, after whoever opens them; and what is sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding, did_you_mean, short_path
from platform_stack.secrets.store import GROUP, KIND, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack.model import Application, Platform
    from platform_stack.model.secret import Secret
    from platform_stack.recorded import Release
    from platform_stack.secrets.store import Store


def check(platform: Platform, releases: Mapping[str, Sequence[Release]]) -> Iterator[Finding]:
    """Yield each Secret that could not be sealed or opened, before anybody seals it.

    Args:
        platform: the platform.
        releases: the releases of each application.

    """
    owners: dict[str, tuple[Application, Secret]] = {}
    openers = {member.name for member in platform.members if _opens(member, releases.get(member.name, ()))}
    for member in platform.members:
        allowed = {
            namespace.name
            for host in (member, *(platform.by_name[name] for name in member.hosts))
            for namespace in host.namespaces
        }
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
        if member.secrets and openers and not openers & {member.name, *platform.reach[member.name]}:
            opener = min(openers)
            yield Finding(
                f"{member.source}: application {member.name!r}: secrets",
                f"no dependency on {opener!r}, which opens them in the cluster",
                f"{opener!r} among what it depends on, directly or not",
                f"add {opener!r} to depends_on",
            )


def unsealed(platform: Platform, store: Store) -> Iterator[Finding]:
    """Yield each Secret that the cluster will not get as it is declared, and each file that nobody needs.

    Those that were never sealed are not among them: see `waiting`.
    """
    cluster = store.folder.name
    declared = [(member, secret) for member in platform.members for secret in member.secrets]
    for member, secret in declared:
        state = store.state(secret)
        if state in (State.OTHER_KEY, State.OUTDATED):
            yield Finding(
                f"{member.source}: application {member.name!r}: Secret {secret.full_name}",
                f"{short_path(store.sealed[secret.full_name].path)}: {state}",
                "a SealedSecret for the cluster's certificate, with the declared keys and labels",
                f"platform-stack secrets seal --cluster {cluster}",
            )
    for sealed in store.unneeded([secret for _, secret in declared]):
        yield Finding(
            short_path(sealed.path),
            f"the Secret {sealed.full_name}, which no application declares",
            "declared Secrets only",
            "delete the file",
        )


def waiting(platform: Platform, store: Store) -> list[tuple[Application, Secret]]:
    """Return the Secrets that are not sealed, with the application whose pods will wait for them."""
    return [
        (member, secret)
        for member in platform.members
        for secret in member.secrets
        if store.state(secret) is State.MISSING
    ]


def _opens(member: Application, releases: Sequence[Release]) -> bool:
    kinds = {
        f"{crd.group}/{crd.kind}"
        for release in releases
        if release.facts
        for crd in release.facts.custom_resource_definitions
    }
    return f"{GROUP}/{KIND}" in kinds.union(member.provides)
