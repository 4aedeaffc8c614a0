"""Secrets as in a real cluster: sealed into the lab's git, opened by the real controller of Sealed Secrets.

The controller is the upstream program in its own pod; bootstrap.sh puts the key into the cluster.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.secrets.keys import create
from platform_stack.secrets.store import read_store
from platform_stack.secrets.work import Workplace, seal_missing, unlock

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Object
    from .lab import Lab
    from .platform import Platform


@dataclass
class Sealing:
    """The lab's sealing key, and what is sealed for it."""

    platform: Platform
    scratch: Path

    @classmethod
    def prepare(cls, platform: Platform, scratch: Path) -> Sealing:
        """Make a key pair and seal everything that the platform declares, as its owner would before a commit.

        A platform that declares nothing has no key.
        """
        made = cls(platform, scratch)
        if not made.declared:
            return made
        create(made.config, made.workplace.store, platform.cluster)
        seal_missing(made.workplace)
        return made

    @property
    def declared(self) -> bool:
        """Say whether the platform declares a Secret at all."""
        return any(member.secrets for member in self.platform.declared.members)

    @property
    def config(self) -> Path:
        """Return the folder of the private key."""
        return self.scratch / "config"

    @property
    def workplace(self) -> Workplace:
        """Return what sealing and opening works on."""
        declared = self.platform.declared
        assert declared.opener
        opener = declared.opener.role
        store = read_store(declared.secrets / self.platform.cluster, opener)
        return Workplace(
            store,
            self.config,
            opener,
            tuple(secret for member in declared.members for secret in member.secrets),
        )

    def opened(self, lab: Lab) -> list[str]:
        """Compare each Secret in the cluster with what was sealed: owner, labels and every value."""
        problems = []
        sealed = self.workplace.store.sealed
        expected = {
            f"{item['metadata']['namespace']}/{item['metadata']['name']}": item
            for name in lab.dist.catalogue
            if not lab.dist.manual(name)
            for _, item in lab.dist.manifests(name)
            if item["kind"] == "SealedSecret"
        }
        if not expected:
            problems.append("dist has no SealedSecret")
        for name, item in expected.items():
            namespace, _, plain = name.partition("/")
            found = lab.api.get(f"/api/v1/namespaces/{namespace}/secrets/{plain}")
            if found is None:
                problems.append(f"{name}: there is no Secret")
                continue
            owners = [(each["kind"], each["name"]) for each in found["metadata"].get("ownerReferences", [])]
            if owners != [("SealedSecret", plain)]:
                problems.append(f"{name}: owned by {owners}")
            labels = item["spec"]["template"]["metadata"].get("labels", {})
            if found["metadata"].get("labels", {}) != labels:
                problems.append(f"{name}: labels {found['metadata'].get('labels')}, sealed with {labels}")
            values = {key: base64.b64decode(value) for key, value in found["data"].items()}
            if values != unlock(self.workplace, sealed[name]):
                problems.append(f"{name}: other values than were sealed")
        return problems

    def detail(self, lab: Lab) -> str:
        """Say how many there are, for the report."""
        found: list[Object] = lab.api.list("/apis/bitnami.com/v1alpha1/sealedsecrets")
        ready = [each for each in found if _synced(each)]
        return f"{len(ready)} of {len(found)} SealedSecrets say that they are Synced"


def _synced(item: Object) -> bool:
    conditions = item.get("status", {}).get("conditions", [])
    return any(each["type"] == "Synced" and each["status"] == "True" for each in conditions)
