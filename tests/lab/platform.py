"""The platform of apps/ with the lab's addresses, and in variants; knows the library, as sealing does."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_stack import Application, Namespace
from platform_stack.errors import PlatformError
from platform_stack_imports.k8s import ConfigMap, ObjectMeta

from .dist import Dist

if TYPE_CHECKING:
    from platform_stack import Context, Profile
    from platform_stack.constructs import ManifestChart

REVISION = "main"
GUEST = "lab-guest"


@dataclass(frozen=True)
class Platform:
    """The repository's own platform, its first cluster pointed at the lab's git and chart repositories."""

    declared: Any
    repository: Path

    @classmethod
    def load(cls, repository: Path, web: str, profile: Profile) -> Platform:
        """Take the platform of apps/ on a profile, pointed at the git and chart repositories of a server."""
        # Imported late: `--help` must work while the platform does not.
        from apps.__main__ import PLATFORM  # noqa: PLC0415

        cluster = dataclasses.replace(
            PLATFORM.clusters[0],
            repo_url=f"{web}/{repository.name}",
            revision=REVISION,
            chart_mirror=f"{web}/charts",
            profile=profile,
            iscsi=profile == "ha",
        )
        secrets = repository / "apps" / "secrets"
        return cls(dataclasses.replace(PLATFORM, clusters=(cluster,), secrets=secrets), repository)

    @property
    def cluster(self) -> str:
        """Return the name of the cluster, which is the name of its folder in dist/."""
        return str(self.declared.clusters[0].name)

    @property
    def profile(self) -> str:
        """Return the cluster's profile, under which charts' facts are recorded."""
        return str(self.declared.clusters[0].profile)

    def synth(self) -> Dist:
        """Write dist/ into the git repository's work tree and return it."""
        output = self.repository / "dist"
        self.declared.synth(output)
        return Dist(self.repository, output / self.cluster)

    def dependencies(self) -> dict[str, frozenset[str]]:
        """Return for each application the names of those that it depends on directly."""
        return {
            application.name: frozenset(application.dependencies)
            for application in self.declared.applications
        }

    def without(self, name: str) -> Platform | None:
        """Return the platform without one application, or None when the library refuses: others need it."""
        kept = tuple(each for each in self.declared.applications if each.name != name)
        try:
            smaller = self._with(kept)
            with tempfile.TemporaryDirectory() as folder:
                smaller.declared.synth(Path(folder))
        except PlatformError:
            return None
        return smaller

    def with_guest(self) -> Platform:
        """Return the platform with one more application, a namespace with a ConfigMap, that nobody needs."""
        guest = Application(name=GUEST, namespaces=(Namespace(name=GUEST),), manifests=_guest_manifests)
        return self._with((*self.declared.applications, guest))

    def with_dependency(self, name: str, on: str) -> Platform:
        """Return the platform with one more dependency, from one application on another."""
        changed = tuple(
            dataclasses.replace(each, depends_on=(*each.depends_on, on)) if each.name == name else each
            for each in self.declared.applications
        )
        return self._with(changed)

    def _with(self, applications: tuple[Any, ...]) -> Platform:
        return Platform(dataclasses.replace(self.declared, applications=applications), self.repository)


def _guest_manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(ConfigMap(metadata=ObjectMeta(name=GUEST, namespace=GUEST), data={"made": "by the lab"}))
