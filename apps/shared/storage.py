"""Where backups go: SeaweedFS' address, who may write there, and the volumes that Longhorn offers."""

from __future__ import annotations

import string
from dataclasses import dataclass

from platform_stack import Generated, Service

SEAWEEDFS = "seaweedfs"
"""SeaweedFS' namespace, and the prefix of its objects."""

BACKUP_STORE = Service(name=f"{SEAWEEDFS}-all-in-one", namespace=SEAWEEDFS, port=8333)

LONGHORN_CLASSES = ("longhorn", "longhorn-static")
"""The classes that Longhorn makes at run time: its own, and one for volumes that are there already."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who may do what in one bucket; whoever it is holds the same two keys in a Secret of its own."""

    name: str
    bucket: str
    access_key: Generated
    secret_key: Generated


def _identity(name: str) -> Identity:
    capitals = string.ascii_uppercase + string.digits  # as AWS makes them
    return Identity(
        name=name,
        bucket=name,
        access_key=Generated(
            what=f"access key of {name}'s identity in SeaweedFS", length=20, alphabet=capitals
        ),
        secret_key=Generated(what=f"secret key of {name}'s identity in SeaweedFS", length=40),
    )


VELERO = _identity("velero")
LONGHORN = _identity("longhorn")
