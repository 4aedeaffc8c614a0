"""Which images the lab needs, what each holds, and the archives of them.

planned = plan(specs)                    # pure: pod specs in, images out
archives = [write(folder, image) for image in planned]
# ctr -n k8s.io images import ARCHIVE, on each node
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.lab.authority import Authority
from tests.lab.engines import PAUSE

from . import archive, standin
from .archive import Config, Entry
from .host import base
from .recipes import Recipe, recipe_of
from .references import Reference, parse
from .uses import ImageUses, image_uses

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


# What containerd.toml names as sandbox_image: it holds the namespaces of every pod.
PAUSE_IMAGE = "registry.k8s.io/pause:3.10.1"


@dataclass(frozen=True)
class Planned:
    """One image that the lab makes.

    Attributes:
        image: its reference and what pods ask of it.
        recipe: how to make it with the real program; None: a stand-in.

    """

    image: ImageUses
    recipe: Recipe | None

    @property
    def reference(self) -> Reference:
        """Return its name."""
        return self.image.reference

    @property
    def holds(self) -> str:
        """Say what is in it, for people: which program in which version, or a stand-in."""
        if self.recipe is None:
            return "stand-in"
        if self.recipe.version is None:
            return self.recipe.note
        found = self.recipe.version()
        # A tag may say more than the version: v3.6.4-0, 8.2.3-alpine.
        same = self.reference.tag.removeprefix("v").startswith(found.removeprefix("v"))
        said = [f"the program, {found}" + ("" if same else f" instead of {self.reference.tag}")]
        return "; ".join([*said, *([self.recipe.note] if self.recipe.note else [])])


def plan(
    pods: Iterable[Mapping[str, Any]], references: Iterable[str] = (), *, full: bool = False
) -> list[Planned]:
    """Return the images that pods ask for, in order of their names, and the one of the sandbox.

    Args:
        pods: pod specs, as in a Deployment's template, from recorded facts or live objects.
        references: images of pods that an operator will make, of which nothing more is known.
        full: whether the programs of recipes.FULL_RECIPES are built; otherwise they are stand-ins.

    Raises:
        LabError: as uses.image_uses does.

    """
    images = {image.reference: image for image in image_uses(pods)}
    for reference in map(parse, references):
        images.setdefault(reference, ImageUses(reference))
    planned = [Planned(images[each], recipe_of(each, full=full)) for each in sorted(images)]
    return [*planned, Planned(ImageUses(parse(PAUSE_IMAGE)), _PAUSE)]


def write(folder: Path, planned: Planned, authority: Authority | None = None) -> Path:
    """Return the archive of an image, made unless a folder has it with the same content.

    Args:
        folder: keeps archives.
        planned: the image.
        authority: signs for stand-ins, and is trusted by Argo CD; default: the one in build/.

    Raises:
        LabError: a program of Debian is not installed.
        FileNotFoundError: an engine has not been built.

    """
    authority = authority or Authority.load()
    if planned.recipe:
        layers, config = [planned.recipe.entries(authority)], planned.recipe.config
    else:
        layers, config = standin.layers(planned.image, authority), standin.config(planned.image)
    return archive.write(folder, planned.reference.names, config, layers)


def table(planned: Iterable[Planned]) -> str:
    """Return the images as a table of Markdown."""
    # Without the digest: the charts of some sources have none.
    rows = [f"| `{str(each.reference).partition('@')[0]}` | {each.holds} |\n" for each in planned]
    return "| image | what the lab puts in it |\n|---|---|\n" + "".join(rows)


def _pause(_authority: Authority) -> list[Entry]:
    return [*base(), Entry("/pause", source=PAUSE.program("pause"))]


_PAUSE = Recipe(
    _pause, Config(("/pause",), user="65535"), None, PAUSE, "a program of the lab's own that waits"
)
