"""Secrets that git holds sealed: only the owner of the sealing key, and the cluster, can open them.

`store` reads what lies sealed in the repository and needs nothing but Python; the others need the package
`cryptography` and are imported by the commands that use them.
"""


class NotOpenedError(Exception):
    """A value was sealed for another key or another Secret, or is damaged; which of them cannot be told."""
