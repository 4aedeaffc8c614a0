"""A platform with the lab's addresses, and in variants; knows the library, as sealing does."""

from __future__ import annotations

import dataclasses
import functools
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack import Application, Namespace
from platform_stack.cli.load import load_platform
from platform_stack.errors import PlatformError
from platform_stack_imports.k8s import ConfigMap, ObjectMeta

from .dist import Dist
from .errors import fail

if TYPE_CHECKING:
    from platform_stack import Context, Profile
    from platform_stack.constructs import ManifestChart

REVISION = "main"
GUEST = "lab-guest"
REFERENCE = "apps"
"""The package of this repository's own platform."""


@dataclass(frozen=True)
class Platform:
    """A platform, its first cluster pointed at the lab's git and chart repositories.

    `package` is what describes it. What the lab knows of one platform only, it asks of REFERENCE alone.
    """

    declared: Any
    repository: Path
    package: str

    @classmethod
    def load(cls, package: str, repository: Path, web: str, profile: Profile) -> Platform:
        """Take the platform of a package on a profile, pointed at the git and chart repositories of a server."""
        declared = load_platform(package)
        cluster = dataclasses.replace(
            declared.clusters[0],
            repo_url=f"{web}/{repository.name}",
            revision=REVISION,
            chart_mirror=f"{web}/charts",
            profile=profile,
            iscsi=profile == "ha",
        )
        secrets = repository / "apps" / "secrets"  # where bootstrap.sh looks for a certificate
        changed = dataclasses.replace(declared, clusters=(cluster,), secrets=secrets)
        return cls(changed, repository, package)

    @property
    def is_reference(self) -> bool:
        """Say whether it is this repository's own."""
        return self.package == REFERENCE

    @property
    def cluster(self) -> str:
        """Return the name of the cluster, which is the name of its folder in dist/."""
        return str(self.declared.clusters[0].name)

    @property
    def profile(self) -> str:
        """Return the cluster's profile, under which charts' facts are recorded."""
        return str(self.declared.clusters[0].profile)

    @property
    def first(self) -> str:
        """Return the path of the first workload that the bootstrap applies: what there is before Argo CD."""
        network = self.declared.bootstrap[0]
        found = [
            (
                item["kind"],
                item["metadata"].get("namespace", network.namespace_of(chart)),
                item["metadata"]["name"],
            )
            for chart in network.charts
            for item in self._recorded(network.name, chart.release)
            if item["kind"] in ("DaemonSet", "Deployment")
        ]
        if not found:
            fail(
                f"application {network.name}", "no DaemonSet or Deployment in its facts", "one", "record them"
            )
        kind, namespace, name = found[0]
        return f"/apis/apps/v1/namespaces/{namespace}/{kind.lower()}s/{name}"

    def _recorded(self, application: str, release: str) -> list[Any]:
        facts = json.loads((self.declared.facts / application / f"{release}.json").read_text())
        objects: list[Any] = facts["profiles"][self.profile]["objects"]
        return objects

    def synth(self) -> Dist:
        """Write dist/ into the git repository's work tree and return it."""
        output = self.repository / "dist"
        self.declared.synth(output)
        without_wireguard(output / self.cluster)
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
        changed = dataclasses.replace(self.declared, applications=applications)
        return Platform(changed, self.repository, self.package)


def without_wireguard(folder: Path) -> bool:
    """Switch Cilium's encryption off where this machine's kernel has no WireGuard; return whether it was on.

    It is the one value that the lab changes: an agent that cannot make its device does not start.
    """
    if kernel_has_wireguard():
        return False
    path = folder / "bootstrap" / "cilium.values.yaml"
    if not path.is_file():
        return False
    text = path.read_text()
    values = yaml.safe_load(text)
    on = bool(values.get("encryption", {}).get("enabled"))
    if on:
        values["encryption"]["enabled"] = False
        path.write_text(yaml.safe_dump(values, sort_keys=False))
    return on


@functools.cache
def kernel_has_wireguard() -> bool:
    """Try to make a device, in the network namespace that the lab is in."""
    made = subprocess.run(
        ["ip", "link", "add", "wg-lab", "type", "wireguard"], capture_output=True, check=False
    )
    if made.returncode == 0:
        subprocess.run(["ip", "link", "delete", "wg-lab"], check=True)
    return made.returncode == 0


def _guest_manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(ConfigMap(metadata=ObjectMeta(name=GUEST, namespace=GUEST), data={"made": "by the lab"}))
