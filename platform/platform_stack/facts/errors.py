"""The error of this package."""

from __future__ import annotations

from platform_stack.errors import Finding, PlatformError


class FactsError(PlatformError):
    """Facts that cannot be read or recorded; one finding."""

    def __init__(self, where: object, *, found: str, expected: str, hint: str) -> None:
        """Compose the finding.

        Args:
            where: the file, folder or command that the error is about.
            found: what is there.
            expected: what should be there.
            hint: what to try.

        """
        super().__init__(Finding(str(where), found, expected, hint))
