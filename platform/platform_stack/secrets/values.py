"""Values of Secrets: making those that are random, and finding them again in Secrets that were opened."""

from __future__ import annotations

import os
import re
import secrets
from string import Template as Text
from typing import TYPE_CHECKING

from platform_stack.errors import Finding, PlatformError, fail
from platform_stack.model.secret import Fixed, Generated, Given, Template, sources_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping, Sequence

    from platform_stack.model.secret import Secret, Source, Value

Known = dict["Source", str]
"""Values by what they are the values of."""


def complete(wanted: Sequence[Source], known: Known, ask: Callable[[Given], str | None]) -> Known:
    """Return all of `wanted`: what is known, what the environment gives, what a person says, or chance.

    Args:
        wanted: the values that are needed.
        known: those that are known already; they win.
        ask: asks a person; None means that nobody is there.

    Raises:
        PlatformError: a value that only a person can give is not there, or cannot be used; all such at once.

    """
    result, findings = dict(known), []
    for source in wanted:
        if source in result:
            continue
        value: str | None = os.environ.get(source.variable) if source.variable else None
        if not value and isinstance(source, Given):
            value = ask(source)
        if not value and isinstance(source, Generated):
            value = "".join(secrets.choice(source.alphabet) for _ in range(source.length))
        if value:
            result[source] = value
        else:
            findings.append(
                Finding(
                    f"environment variable {source.variable}",
                    "nothing",
                    source.what,
                    "set it, run the command in a terminal to be asked, or name the Secrets to go on with",
                )
            )
    if findings:
        raise PlatformError(*findings)
    return result


def render(secret: Secret, known: Mapping[Source, str]) -> dict[str, bytes]:
    """Return the values of a Secret's keys.

    Raises:
        PlatformError: a value would not stand for itself in a text with others.

    """
    return {
        key: _render(f"Secret {secret.full_name}: {key}", value, known).encode()
        for key, value in secret.keys.items()
    }


def recover(secret: Secret, opened: Mapping[str, bytes], known: MutableMapping[Source, str]) -> None:
    """Find in an opened Secret the values that it is made of, and add them to `known`.

    Keys that are not declared are left alone; keys that were not there give nothing.

    Raises:
        PlatformError: a key does not have the form that is declared, or a value is another than elsewhere.

    """
    for key in sorted(secret.keys.keys() & opened.keys()):
        for source, found in _parts(secret, key, opened[key]).items():
            if known.setdefault(source, found) != found:
                fail(
                    f"Secret {secret.full_name}: {key}",
                    f"another value than in the Secrets it shares it with ({source.what})",
                    "the same value in all of them",
                    _rotate(secret),
                )


def _render(where: str, value: Value, known: Mapping[Source, str]) -> str:
    if isinstance(value, Fixed):
        return value.value
    if isinstance(value, Template):
        parts = {name: _render(where, part, known) for name, part in value.values.items()}
        for name, part in parts.items():
            if not isinstance(value.values[name], Fixed) and re.search(r"""[\s'"\\]""", part):
                fail(
                    f"{where}: {name}",
                    "a space, a quote or a backslash in the value that was given",
                    "a value that stands for itself in a text with others",
                )
        return Text(value.text).substitute(parts)
    return known[value]


def _parts(secret: Secret, key: str, opened: bytes) -> Known:
    """Return the values in one that was opened; a Template keeps them apart."""
    where, value = f"Secret {secret.full_name}: {key}", secret.keys[key]
    try:
        text = opened.decode()
    except UnicodeDecodeError:
        fail(where, "bytes that are no text", value.what, _rotate(secret))
    if not isinstance(value, Template):
        return dict.fromkeys(sources_of(value), text)
    match = re.fullmatch(_pattern(value), text)
    if match is None:
        fail(
            where,
            "a value that is not made by the template that is declared",
            value.what,
            f"if the template was changed: {_rotate(secret)}",
        )
    return {part: match[name] for name, part in value.values.items() if not isinstance(part, Fixed)}


def _rotate(secret: Secret) -> str:
    return f"give it new values: platform-stack secrets rotate {secret.full_name}"


def _pattern(template: Template) -> str:
    """Return a regular expression for what a template makes, with a group for each name in it."""
    result, seen, end = "", set(), 0
    for match in Text.pattern.finditer(template.text):
        result += re.escape(template.text[end : match.start()])
        end = match.end()
        name = match["named"] or match["braced"]
        if name is None:
            result += re.escape("$")
        elif isinstance(part := template.values[name], Fixed):
            result += re.escape(part.value)
        elif name in seen:
            result += f"(?P={name})"
        else:
            seen.add(name)
            result += rf"(?P<{name}>[^\s'\"\\]+?)"
    return result + re.escape(template.text[end:])
