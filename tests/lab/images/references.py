"""Names of images, as containerd stores them.

The rules are those of github.com/distribution/reference: a first part without a dot, a colon or `localhost` is no
registry, Docker Hub is docker.io, its official images are in `library`, and no tag and no digest means `latest`.
"""

from __future__ import annotations

from dataclasses import dataclass

DOCKER_HUB = "docker.io"
LATEST = "latest"


@dataclass(frozen=True, order=True)
class Reference:
    """An image reference in full.

    Attributes:
        repository: with its registry: docker.io/library/redis.
        tag: empty when only a digest is given.
        digest: sha256:…, or empty.

    """

    repository: str
    tag: str
    digest: str

    def __str__(self) -> str:
        return (
            self.repository
            + (f":{self.tag}" if self.tag else "")
            + (f"@{self.digest}" if self.digest else "")
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names under which the kubelet looks for it.

        containerd's CRI drops the tag of a reference that has a digest too (reference.ParseDockerRef), so the name
        with the digest alone is the one that counts; the one with the tag is for people.
        """
        tagged = (f"{self.repository}:{self.tag}",) if self.tag else ()
        return tagged + ((f"{self.repository}@{self.digest}",) if self.digest else ())

    def is_of(self, name: str) -> bool:
        """Return whether a name is the end of the repository's, or all of it, so that a mirror's name will do."""
        return self.repository == name or self.repository.endswith(f"/{name}")


def parse(text: str) -> Reference:
    """Return a reference in full.

    Args:
        text: as a pod says it: redis, quay.io/a/b:v1, a/b:v1@sha256:….

    """
    name, _, digest = text.partition("@")
    before, colon, after = name.rpartition(":")
    # A colon before a slash is a registry's port.
    name, tag = (before, after) if colon and "/" not in after else (name, "")
    first, slash, rest = name.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, rest = DOCKER_HUB, name
    if first == DOCKER_HUB and "/" not in rest:
        rest = f"library/{rest}"
    return Reference(f"{first}/{rest}", tag or ("" if digest else LATEST), digest)
