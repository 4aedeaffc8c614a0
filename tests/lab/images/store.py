"""A containerd that has the images already: they are imported once, and every node begins with a copy by hard links.

Unpacking the images of a platform writes gigabytes for each node. containerd never writes into a blob of its content
store or a file of an unpacked layer again (containers write into layers of their own), so nodes can share them; only
its two databases are really copied.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.errors import fail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMESPACE = "k8s.io"
_SECONDS = 60
_DATABASES = "*.db"


def prepare(folder: Path, archives: Sequence[Path]) -> Path:
    """Return the root folder of a containerd that has exactly these images; only what is new is imported.

    Args:
        folder: keeps it from run to run.
        archives: as plan.write makes them; their names tell their content.

    Raises:
        LabError: containerd does not start, or refuses an image.

    """
    root, record = folder / "root", folder / "imported.json"
    known = set(json.loads(record.read_text())) if record.is_file() else set()
    wanted = {archive.name for archive in archives}
    if known == wanted:
        return root
    if not known:
        shutil.rmtree(root, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    record.unlink(missing_ok=True)
    with _containerd(folder, root) as address:
        for archive in archives:
            if archive.name not in known:
                _ctr(address, "images", "import", str(archive))
        keep = {name for archive in archives for name in names(archive)}
        stale = [name for name in _ctr(address, "images", "list", "--quiet").split() if name not in keep]
        if stale:
            _ctr(address, "images", "remove", "--sync", *stale)
    record.write_text(json.dumps(sorted(wanted)))
    return root


def clone(root: Path, target: Path) -> None:
    """Give a node a root folder of its own with the images of `prepare`.

    Args:
        root: as `prepare` returns it.
        target: is made; without hard links, and slowly, if it lies on another file system.

    """
    target.mkdir(parents=True, exist_ok=True)
    link = ("--link",) if root.stat().st_dev == target.stat().st_dev else ()
    subprocess.run(["cp", "--archive", *link, f"{root}/.", str(target)], check=True)
    for database in root.rglob(_DATABASES):
        copy = target / database.relative_to(root)
        copy.unlink()
        shutil.copy2(database, copy)


def names(archive: Path) -> list[str]:
    """Return the names of the image in an archive."""
    with tarfile.open(archive) as tar:
        index = tar.extractfile("index.json")
        assert index is not None
        return [each["annotations"]["io.containerd.image.name"] for each in json.load(index)["manifests"]]


@contextlib.contextmanager
def _containerd(folder: Path, root: Path) -> Iterator[Path]:
    """Run a containerd that keeps images and starts nothing; yield its socket."""
    # A socket's path may have no more than 107 bytes.
    with tempfile.TemporaryDirectory(prefix="lab-store-") as scratch:
        address, config, log = (
            Path(scratch) / "socket",
            Path(scratch) / "config.toml",
            folder / "containerd.log",
        )
        config.write_text(
            f'version = 2\nroot = "{root}"\nstate = "{scratch}/state"\n'
            'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
            f'[grpc]\naddress = "{address}"\n'
        )
        with log.open("wb") as stream:
            process = subprocess.Popen(["containerd", "--config", str(config)], stdout=stream, stderr=stream)
        try:
            end = time.monotonic() + _SECONDS
            while not _answers(address):
                if process.poll() is not None or time.monotonic() > end:
                    fail("containerd, to import images", "no answer", f"one in {_SECONDS} s", f"read {log}")
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            process.wait()


def _answers(address: Path) -> bool:
    command = ["ctr", "--address", str(address), "version"]
    return address.exists() and subprocess.run(command, capture_output=True, check=False).returncode == 0


def _ctr(address: Path, *arguments: str) -> str:
    command = ["ctr", "--address", str(address), "--namespace", NAMESPACE, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        fail(
            f"ctr {' '.join(arguments[:2])}",
            result.stderr.strip()[-400:],
            "success",
            " ".join(arguments)[:300],
        )
    return result.stdout
