"""How the words of a command are recorded: what runs and its settings, but no script and no secret."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_LINE = 100
"""Characters up to which words in one argument are recorded as they are; beyond, the argument is a script."""

HIDDEN = "(hidden)"
"""What is recorded instead of a secret."""

_SCRIPT = re.compile(r"sha256:[0-9a-f]{64} \(script, \d+ lines?\)")
_FLAG = re.compile(r"(?P<name>-[\w.-]+)((?P<between>[= ])(?P<value>.*))?", re.DOTALL)
_SECRET_NAME = re.compile(
    r"(^|[-_.a-z])(pass|password|passwd|passphrase|secret|token|api-?key)$", re.IGNORECASE
)
_IN_URL = re.compile(r"(?<=://)([^/@\s:]+):[^/@\s]+@")
_HARMLESS = re.compile(r"(\$\([^)]+\)|/.*|true|false|)")
"""A variable, a path, a switch or nothing: no secret, whatever the flag's name."""


def recorded_words(words: Sequence[Any]) -> list[str]:
    """Keep the words of ``command`` or ``args``.

    A word of several lines, or one with spaces of more than ``LONGEST_LINE`` characters, is a script, thus its
    author's text: what is kept is ``sha256:DIGEST (script, 41 lines)``, so that a change of it shows. A secret
    that a flag (``--password=x``, ``--token x``) or a URL holds is kept as ``HIDDEN``; a reference to a variable
    or a file is none.
    """
    kept: list[str] = []
    names_secret = False
    for word in map(str, words):
        if names_secret and not word.startswith("-"):
            kept.append(_hidden(word))
            names_secret = False
            continue
        flag = _FLAG.fullmatch(word)
        is_secret = flag is not None and _SECRET_NAME.search(flag["name"]) is not None
        if flag is not None and is_secret and flag["value"] is not None:
            kept.append(f"{flag['name']}{flag['between']}{_hidden(flag['value'])}")
        else:
            kept.append(_line(word))
            names_secret = is_secret
    return kept


def _line(word: str) -> str:
    is_script = "\n" in word.strip() or (len(word) > LONGEST_LINE and re.search(r"\s", word))
    if is_script and not _SCRIPT.fullmatch(word):
        lines = len(word.strip().splitlines())
        digest = hashlib.sha256(word.encode()).hexdigest()
        return f"sha256:{digest} (script, {lines} {'line' if lines == 1 else 'lines'})"
    return _IN_URL.sub(rf"\1:{HIDDEN}@", word)


def _hidden(value: str) -> str:
    return value if _HARMLESS.fullmatch(value) else HIDDEN
