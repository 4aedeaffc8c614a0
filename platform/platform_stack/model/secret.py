"""Secrets: what each holds, and how each value comes to be. No value is in here, unless it is no secret."""

from __future__ import annotations

import itertools
import math
import re
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from platform_stack.errors import called_from, fail
from platform_stack.model.checked import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from platform_stack.model.names import DnsLabel, DnsName

LETTERS_AND_DIGITS = string.ascii_letters + string.digits

_BITS = 96
"""What a generated value must have at least: enough that nobody guesses it, few enough for an access key."""

_PLAIN = frozenset(string.ascii_letters + string.digits + string.punctuation) - frozenset("'\"\\`$")
"""Characters that stand for themselves in every format: JSON, INI, a shell's quotes."""

_SEPARATOR = re.compile(r"""[\s'"\\]""")
"""What no value in a Template may have, and what has to stand between two."""

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")


@checked("generated value")
@dataclass(frozen=True, kw_only=True, eq=False)
class Generated:
    """A random value. The same object in several Secrets is the same value in all of them.

    Attributes:
        what: what it is, for the reader.
        length: number of characters; default 32.
        alphabet: the characters it is made of; default letters and digits.
        permanent_because: why it cannot be rotated; default: it can.
        variable: environment variable whose value is taken instead of a random one where it is set, for a
            value that was kept elsewhere; default: none.

    Raises:
        PlatformError: it could be guessed, or a character means something in one of the usual formats.

    """

    what: str
    length: int = 32
    alphabet: str = LETTERS_AND_DIGITS
    permanent_because: str = ""
    variable: str = ""

    def __post_init__(self) -> None:
        """Check that nobody can guess it, and that it needs no quoting."""
        where = f"{called_from()}: generated value ({self.what}): "
        strange = sorted(set(self.alphabet) - _PLAIN)
        if strange:
            fail(where + "alphabet", "".join(strange), "letters, digits and signs that need no quoting")
        bits = self.length * math.log2(max(len(set(self.alphabet)), 1))
        if bits < _BITS:
            fail(where + "length", f"{self.length} characters, {bits:.0f} bits", f"at least {_BITS} bits")
        _check_variable(where, self.variable)


@checked("given value")
@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """A value that only a person can give; shared like a generated one.

    Attributes:
        what: what it is, for whoever is asked.
        variable: environment variable that `platform-stack secrets` takes it from; else it asks.

    Raises:
        PlatformError: `variable` cannot be the name of one.

    """

    what: str
    variable: str

    def __post_init__(self) -> None:
        """Check the name of the variable."""
        where = f"{called_from()}: given value ({self.what}): "
        _check_variable(where, self.variable or "''")


@checked("fixed value")
@dataclass(frozen=True, kw_only=True, eq=False)
class Fixed:
    """A value that is no secret, such as the name of a user; it is sealed with the others.

    Attributes:
        what: what it is.
        value: the value.

    """

    what: str
    value: str


@checked("template")
@dataclass(frozen=True, kw_only=True, eq=False)
class Template:
    """A text made of several values.

    Attributes:
        what: what it is.
        text: the text, with `${name}` where a value goes and `$$` for a dollar sign; between two values
            there is a space, a line's end or a quote, by which they can be told apart again.
        values: the values by these names.

    Raises:
        PlatformError: the names in the text are not those of the values, or two values touch.

    """

    what: str
    text: str
    values: Mapping[str, Generated | Given | Fixed]

    def __post_init__(self) -> None:
        """Check the names on both sides."""
        where = f"{called_from()}: template ({self.what}): text"
        template = string.Template(self.text)
        if not template.is_valid():
            fail(where, "a '$' that starts no name", "${name} for a value, $$ for a dollar sign")
        if set(template.get_identifiers()) != set(self.values):
            fail(
                where,
                f"the names {', '.join(template.get_identifiers())}",
                f"those of the values: {', '.join(self.values)}",
            )
        places = [match.span() for match in template.pattern.finditer(self.text)]
        for (_, end), (start, _) in itertools.pairwise(places):
            if not _SEPARATOR.search(self.text[end:start]):
                fail(where, "two values that touch", "a space, a line's end or a quote between two values")


Value = Generated | Given | Fixed | Template
"""How the value of one key of a Secret comes to be."""

Source = Generated | Given
"""What has to come from somewhere: by chance, or from a person."""


@checked("Secret")
@dataclass(frozen=True, kw_only=True)
class Secret:
    """A Secret that an application needs; git holds it only sealed.

    Attributes:
        name: name of the Secret.
        namespace: its namespace; the application owns it or shares it.
        keys: its keys, each with how its value comes to be.
        labels: labels it must carry to be found; default: none.

    Raises:
        PlatformError: a field has a wrong type or form.

    """

    name: DnsName
    namespace: DnsLabel
    keys: Mapping[str, Value]
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the keys."""
        where = f"{called_from()}: Secret {self.name!r}: "
        if not self.keys:
            fail(where + "keys", "none", "at least one")
        for key in self.keys:
            if not _KEY.fullmatch(key):
                fail(where + "keys", key, "a key of letters, digits, '-', '_' and '.'")

    @property
    def full_name(self) -> str:
        """Return namespace/name."""
        return f"{self.namespace}/{self.name}"

    @property
    def sources(self) -> tuple[Source, ...]:
        """The values that it is made of and that have to come from somewhere, each once, in order."""
        return tuple(dict.fromkeys(source for value in self.keys.values() for source in sources_of(value)))


def sources_of(value: Value) -> Iterator[Source]:
    """Yield the values that a value is made of and that have to come from somewhere."""
    for part in value.values.values() if isinstance(value, Template) else (value,):
        if isinstance(part, Generated | Given):
            yield part


def groups(secrets: Iterable[Secret]) -> list[tuple[Secret, ...]]:
    """Return the Secrets in groups: who shares a value with another is in the same group.

    The members of a group are made and changed together, or the copies of a value would differ.
    """
    found: list[tuple[Secret, ...]] = []
    for secret in secrets:
        mine = set(secret.sources)
        related = [group for group in found if any(mine.intersection(other.sources) for other in group)]
        found = [group for group in found if group not in related]
        found.append((*(member for group in related for member in group), secret))
    return found


def _check_variable(where: str, name: str) -> None:
    if name and not _VARIABLE.fullmatch(name):
        fail(where + "variable", name, "the name of an environment variable: capitals, digits and '_'")
