"""The content of a stand-in: one small program at every path that the image's pods start."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests.lab.engines import STANDIN
from tests.lab.errors import fail

from .archive import Config, Entry
from .host import base

if TYPE_CHECKING:
    from tests.lab.authority import Authority

    from .uses import ImageUses, Use

ENTRYPOINT = "/stand-in"
FOLDER = "/.standin"
# The user that images of Google's distroless project name `nonroot`.
NONROOT = "65532"
_VARIABLE = re.compile(r"\$\([A-Za-z_.-][A-Za-z0-9_.-]*\)")


def config(image: ImageUses) -> Config:
    """Return the process of an image: the stand-in, as no root where a pod wants that and names no user itself."""
    return Config((ENTRYPOINT,), user=NONROOT if image.nonroot else "")


def layers(image: ImageUses, authority: Authority) -> list[list[Entry]]:
    """Return two layers: the program, the same in every image, and what is this image's own.

    Args:
        image: what pods ask of it.
        authority: signs the certificates that it shows; every user of the image may read the key.

    """
    paths = sorted({_path(image, use) for use in image.uses if use.command})
    links = [Entry(path, 0o777, link=ENTRYPOINT) for path in paths]
    table = json.dumps(table_of(image), sort_keys=True, indent=1).encode()
    program = Entry(ENTRYPOINT, source=STANDIN.program("standin"))
    signing = [
        Entry(f"{FOLDER}/{name}", 0o644, source=authority.folder / name) for name in ("ca.crt", "ca.key")
    ]
    return [[*base(), program, *signing], [*links, Entry(f"{FOLDER}/uses.json", 0o644, data=table)]]


def table_of(image: ImageUses) -> dict[str, Any]:
    """Return what the program reads: engines/standin/main.go has the fields."""
    return {
        "image": str(image.reference),
        "uses": [
            {
                "words": [_parts(word) for word in (*(use.command or (ENTRYPOINT,)), *use.arguments)],
                "stays": use.stays,
                "tcp": list(use.tcp),
                "udp": list(use.udp),
            }
            for use in image.uses
        ],
    }


def _parts(word: str) -> list[str]:
    # The kubelet puts values there.
    return _VARIABLE.split(word)


def _path(image: ImageUses, use: Use) -> str:
    program = use.command[0]
    if _VARIABLE.search(program):
        fail(
            f"image {image.reference}", f"command {program}", "a path", "a stand-in cannot follow a variable"
        )
    if program.startswith("/"):
        return program
    return f"/{program}" if "/" in program else f"/usr/local/bin/{program}"
