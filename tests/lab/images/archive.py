"""Writes OCI image archives by hand: uncompressed layers, the same bytes for the same content.

The layout is that of https://github.com/opencontainers/image-spec/blob/main/image-layout.md, in a tar file as
`ctr images import` takes it.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_IMAGE = "application/vnd.oci.image"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """One path of a layer: a folder, unless it has data, a source or a link.

    Attributes:
        path: absolute.
        mode: its permissions.
        owner: user and group, numeric.
        data: what the file holds.
        source: the file of this machine whose content it holds.
        link: where a symbolic link points.

    """

    path: str
    mode: int = 0o755
    owner: int = 0
    data: bytes | None = None
    source: Path | None = None
    link: str | None = None


@dataclass(frozen=True)
class Config:
    """What the image says about its process; the fields are those of the image specification.

    Attributes:
        entrypoint: the words before a pod's args.
        user: numeric, so that a kubelet can see that it is not root; empty: root.
        env: NAME=value, without PATH.
        folder: the working directory.

    """

    entrypoint: tuple[str, ...] = ()
    user: str = ""
    env: tuple[str, ...] = ()
    folder: str = "/"


def write(folder: Path, names: Sequence[str], config: Config, layers: Sequence[Sequence[Entry]]) -> Path:
    """Return the archive of an image, written into a folder unless it is there.

    Args:
        folder: keeps archives; the file's name has a hash of everything that is in it.
        names: the full names under which the image is stored.
        config: its process.
        layers: each the entries of one layer; a later entry of a path replaces an earlier one.

    """
    contents = [_ordered(layer) for layer in layers]
    identity = [names, asdict(config), [[_identity(entry) for entry in layer] for layer in contents]]
    key = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]
    slug = names[0].translate(str.maketrans("/:@", "___"))
    target = folder / f"{slug}-{key}.tar"
    if target.is_file():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{slug}-{'[0-9a-f]' * 16}.tar"):
        old.unlink()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as scratch:
        complete = Path(scratch) / target.name
        _write(complete, names, config, [_layer(layer) for layer in contents])
        complete.rename(target)
    return target


def _ordered(layer: Iterable[Entry]) -> list[Entry]:
    by_path = {entry.path.strip("/"): entry for entry in layer}
    for path in list(by_path):
        for parent in Path(path).parents:
            if str(parent) != ".":
                by_path.setdefault(str(parent), Entry(f"/{parent}"))
    return [by_path[path] for path in sorted(by_path)]


def _identity(entry: Entry) -> list[object]:
    content = None
    if entry.source is not None:
        with entry.source.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
    elif entry.data is not None:
        content = hashlib.sha256(entry.data).hexdigest()
    return [entry.path, entry.mode, entry.owner, content, entry.link]


class _Digest(io.RawIOBase):
    """Takes what is written for its hash and its size alone."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.hash.update(data)
        self.size += len(data)
        return len(data)


@dataclass(frozen=True)
class _Blob:
    """A file of the archive named by its hash: a document, or a layer that is written from its entries."""

    digest: str
    size: int
    content: bytes | list[Entry]

    @property
    def descriptor(self) -> dict[str, object]:
        return {"digest": f"sha256:{self.digest}", "size": self.size}


def _layer(entries: list[Entry]) -> _Blob:
    # Written twice, once for the hash that comes before it: reading is cheaper than a copy on the disk.
    digest = _Digest()
    _write_layer(digest, entries)
    return _Blob(digest.hash.hexdigest(), digest.size, entries)


def _write_layer(stream: IO[bytes] | io.RawIOBase, entries: Iterable[Entry]) -> None:
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.GNU_FORMAT, bufsize=_BLOCK) as layer:
        for entry in entries:
            _add(layer, entry)


def _add(layer: tarfile.TarFile, entry: Entry) -> None:
    info = tarfile.TarInfo(entry.path.strip("/"))
    info.mode, info.uid, info.gid = entry.mode, entry.owner, entry.owner
    if entry.link is not None:
        info.type, info.linkname = tarfile.SYMTYPE, entry.link
        layer.addfile(info)
    elif entry.source is not None:
        info.size = entry.source.stat().st_size
        with entry.source.open("rb") as stream:
            layer.addfile(info, stream)
    elif entry.data is not None:
        info.size = len(entry.data)
        layer.addfile(info, io.BytesIO(entry.data))
    else:
        info.type = tarfile.DIRTYPE
        layer.addfile(info)


def _blob(document: object) -> _Blob:
    data = json.dumps(document, sort_keys=True).encode()
    return _Blob(hashlib.sha256(data).hexdigest(), len(data), data)


def _write(target: Path, names: Sequence[str], config: Config, layers: Sequence[_Blob]) -> None:
    platform = {"architecture": "amd64", "os": "linux"}
    process = {
        "Entrypoint": list(config.entrypoint),
        "Env": [f"PATH={PATH}", *config.env],
        "User": config.user,
        "WorkingDir": config.folder,
    }
    diff_ids = [f"sha256:{layer.digest}" for layer in layers]
    image = _blob({**platform, "config": process, "rootfs": {"type": "layers", "diff_ids": diff_ids}})
    manifest = _blob(
        {
            "schemaVersion": 2,
            "mediaType": f"{_IMAGE}.manifest.v1+json",
            "config": {"mediaType": f"{_IMAGE}.config.v1+json", **image.descriptor},
            "layers": [{"mediaType": f"{_IMAGE}.layer.v1.tar", **layer.descriptor} for layer in layers],
        }
    )
    named = [
        {
            "mediaType": f"{_IMAGE}.manifest.v1+json",
            **manifest.descriptor,
            "platform": platform,
            "annotations": {"io.containerd.image.name": name},
        }
        for name in names
    ]
    index = json.dumps({"schemaVersion": 2, "manifests": named}, sort_keys=True).encode()
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as archive:
        _add(archive, Entry("oci-layout", data=b'{"imageLayoutVersion": "1.0.0"}'))
        _add(archive, Entry("index.json", data=index))
        for blob in (*layers, image, manifest):
            _add_blob(archive, blob)


def _add_blob(archive: tarfile.TarFile, blob: _Blob) -> None:
    path = f"blobs/sha256/{blob.digest}"
    if isinstance(blob.content, bytes):
        _add(archive, Entry(path, 0o644, data=blob.content))
        return
    info = tarfile.TarInfo(path)
    info.size = blob.size
    archive.addfile(info)
    # A layer, itself a tar file, is a whole number of the archive's blocks: nothing has to be padded.
    _write_layer(cast("IO[bytes]", archive.fileobj), blob.content)
    archive.offset += blob.size


def copy_tree(source: Path, target: str) -> list[Entry]:
    """Return the entries of a folder of this machine at a path of an image; symbolic links stay what they are."""
    entries = []
    for path in sorted(source.rglob("*")):
        where = f"{target}/{path.relative_to(source)}"
        if path.is_symlink():
            entries.append(Entry(where, link=str(path.readlink())))
        elif path.is_file():
            entries.append(Entry(where, 0o755 if path.stat().st_mode & 0o100 else 0o644, source=path))
    return entries
