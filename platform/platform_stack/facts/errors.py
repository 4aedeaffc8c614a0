"""The error of this package."""

from __future__ import annotations


class FactsError(Exception):
    """Facts that cannot be read or recorded.

    The message says where, what was found, what was expected and what to try, one line each.
    """

    def __init__(self, where: object, *, found: str, expected: str, hint: str) -> None:
        """Compose the message.

        Args:
            where: the file, folder or command that the error is about.
            found: what is there.
            expected: what should be there.
            hint: what to try.

        """
        self.where = str(where)
        self.found = found
        self.expected = expected
        self.hint = hint
        super().__init__(f"{where}\n  found: {found}\n  expected: {expected}\n  hint: {hint}")
