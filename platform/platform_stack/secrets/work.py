"""Sealing what is declared, changing it, and opening it again: all of a group of Secrets, or none.

Secrets that share a value are a group: they are made and changed together. Everything is made in memory; then the
cluster's folder is swapped for one with the new files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.errors import PlatformError, fail, short_path
from platform_stack.model.secret import Generated, groups
from platform_stack.secrets import NotOpenedError
from platform_stack.secrets.keys import files_of, key_at_hand, key_path, public_key
from platform_stack.secrets.store import State, file_content, manifest
from platform_stack.secrets.values import complete, recover, render
from platform_stack.writer import write_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from platform_stack.model import SecretOpener
    from platform_stack.model.secret import Given, Secret
    from platform_stack.secrets.store import Sealed, Store
    from platform_stack.secrets.values import Known


@dataclass(frozen=True)
class Workplace:
    """What sealing and opening needs.

    Attributes:
        store: the cluster's folder of the repository.
        config: the user's config folder, where keys are.
        opener: what opens the Secrets in the cluster.
        declared: the Secrets that the platform declares.
        ask: asks a person for a value that only a person can give; None means that nobody is there.

    """

    store: Store
    config: Path
    opener: SecretOpener
    declared: tuple[Secret, ...]
    ask: Callable[[Given], str | None] = lambda _given: None


def seal_missing(place: Workplace, names: Iterable[str] = ()) -> list[Secret]:
    """Seal what is missing, sealed for another key, or not as declared; values that exist are kept.

    A value that exists already is found by opening a Secret that has it, which needs the key.

    Args:
        place: where.
        names: only these Secrets, namespace/name, and who shares a value with them; default: all.

    Returns:
        What was sealed.

    Raises:
        PlatformError: a value exists but its key is not at hand, or a value must come from a person who is
            not there, or a file cannot be written; nothing was written.

    """
    chosen = set(names)
    key = public_key(place.store)
    files: dict[str, bytes] = {}
    done = []
    for group in groups(place.declared):
        if chosen and not chosen.intersection(secret.full_name for secret in group):
            continue
        wanted = [secret for secret in group if state_of(place, secret) is not State.SEALED]
        if not wanted:
            continue
        known: Known = {}
        for secret in group:
            if found := place.store.sealed.get(secret.full_name):
                recover(secret, _open_partner(place, found), known)
        known = complete(_sources(wanted), known, place.ask)
        for secret in wanted:
            files |= _sealed(place, secret, known, key)
            done.append(secret)
    _write(place.store, files)
    return done


def rotate(place: Workplace, names: Sequence[str]) -> list[Secret]:
    """Give Secrets new values, and everybody who shares a value with them; needs no key.

    Args:
        place: where.
        names: the Secrets, namespace/name.

    Returns:
        What was sealed.

    Raises:
        PlatformError: one cannot change, a value must come from a person who is not there, or a file cannot
            be written; nothing was written.

    """
    key = public_key(place.store)
    files: dict[str, bytes] = {}
    done = []
    for group in groups(place.declared):
        if not {secret.full_name for secret in group}.intersection(names):
            continue
        for secret in group:
            if because := permanent(secret):
                path = place.store.folder / place.store.file_name(secret)
                fail(
                    f"Secret {secret.full_name}",
                    f"a value that cannot change: {because}",
                    "a Secret whose values may change",
                    f"to start anew all the same: delete {short_path(path)}, then platform-stack secrets seal",
                )
        known = complete(_sources(group), {}, place.ask)
        for secret in group:
            files |= _sealed(place, secret, known, key)
            done.append(secret)
    _write(place.store, files)
    return done


def unlock(place: Workplace, sealed: Sealed) -> dict[str, bytes]:
    """Return the values of a sealed Secret by key, opened with the key it was sealed for.

    Raises:
        PlatformError: the key is not at hand, or does not open it.

    """
    try:
        return _open(place, sealed)
    except NotOpenedError:
        fingerprint = sealed.sealed_for or place.store.fingerprint
        fail(
            short_path(sealed.path),
            f"a value that {key_path(place.config, fingerprint)} does not open",
            "values sealed for this key and for this name and namespace",
            "take the file from git again, or give it new values: platform-stack secrets rotate "
            + sealed.full_name,
        )


def state_of(place: Workplace, secret: Secret) -> State:
    """Return how a declared Secret stands; what the key, where it is at hand, does not open is OTHER_KEY.

    Raises:
        PlatformError: the key is there and cannot be used.

    """
    state = place.store.state(secret)
    if state in (State.SEALED, State.OUTDATED) and key_path(place.config, place.store.fingerprint).exists():
        try:
            _open(place, place.store.sealed[secret.full_name])
        except NotOpenedError:
            return State.OTHER_KEY
    return state


def permanent(secret: Secret) -> str:
    """Return why a Secret has a value that cannot change; empty if it has none."""
    reasons = (source.permanent_because for source in secret.sources if isinstance(source, Generated))
    return next(filter(None, reasons), "")


def _open(place: Workplace, sealed: Sealed) -> dict[str, bytes]:
    fingerprint = sealed.sealed_for or place.store.fingerprint
    same = fingerprint == place.store.fingerprint
    key = key_at_hand(place.config, fingerprint, place.store.certificate if same else None)
    return {name: place.opener.unseal(key, sealed.full_name, value) for name, value in sealed.values.items()}


def _open_partner(place: Workplace, sealed: Sealed) -> dict[str, bytes]:
    """Open a Secret whose values have to be kept; say what else can be done where that fails."""
    try:
        return unlock(place, sealed)
    except PlatformError as error:
        (finding,) = error.findings
        fail(
            f"Secret {sealed.full_name}: {finding.where}",
            finding.found,
            f"{finding.expected}: its values have to be kept, or shared with what is sealed now",
            f"{finding.hint}; or give all that share them new values: platform-stack secrets rotate "
            f"{sealed.full_name}",
        )


def _sources(secrets: Iterable[Secret]) -> list[Generated | Given]:
    return list(dict.fromkeys(source for secret in secrets for source in secret.sources))


def _sealed(place: Workplace, secret: Secret, known: Known, key: RSAPublicKey) -> dict[str, bytes]:
    opener, store = place.opener, place.store
    values = {
        name: opener.seal(key, secret.full_name, value) for name, value in render(secret, known).items()
    }
    return {store.file_name(secret): file_content(manifest(opener, secret, values, store.fingerprint))}


def _write(store: Store, files: dict[str, bytes]) -> None:
    if files:
        write_tree(store.folder, {**files_of(store.folder), **files})
