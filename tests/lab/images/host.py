"""Programs of this machine, with the libraries that they load, for images that upstream makes from a distribution."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from pathlib import Path

from tests.lab.errors import fail

from .archive import PATH, Entry

# The folders that are links to those in /usr on a merged system.
MERGED = ("bin", "sbin", "lib", "lib64")
_LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def base(*users: tuple[str, int], trusted: bytes = b"") -> list[Entry]:
    """Return what every image has: /tmp, users, name resolution, certificates.

    Args:
        users: further users by name and number, each with a home.
        trusted: certificates of authorities, PEM, besides those that this machine trusts.

    """
    everybody = [("root", 0, "/root"), ("nobody", 65534, "/nonexistent"), ("nonroot", 65532, "/home/nonroot")]
    everybody += [(name, number, f"/home/{name}") for name, number in users]
    passwd = "".join(
        f"{name}:x:{number}:{number}::{home}:/sbin/nologin\n" for name, number, home in everybody
    )
    group = "".join(f"{name}:x:{number}:\n" for name, number, _ in everybody)
    entries = [
        Entry("/tmp", 0o1777),  # noqa: S108 - the image's
        Entry("/etc/passwd", 0o644, data=passwd.encode()),
        Entry("/etc/group", 0o644, data=group.encode()),
        Entry("/etc/nsswitch.conf", 0o644, data=b"passwd: files\ngroup: files\nhosts: files dns\n"),
        *(Entry(home, owner=number) for _, number, home in everybody if home.startswith("/home/")),
        *(Entry(f"/{name}", 0o777, link=f"usr/{name}") for name in MERGED),
        *(Entry(f"/usr/{name}") for name in MERGED),
    ]
    trusted += _CERTIFICATES.read_bytes() if _CERTIFICATES.is_file() else b""
    return [*entries, Entry(str(_CERTIFICATES), 0o644, data=trusted)]


def programs(packages: dict[str, str]) -> list[Entry]:
    """Return programs where this machine has them, and every library that they load.

    Args:
        packages: the Debian package of each program by its name.

    Raises:
        LabError: one is not installed.

    """
    entries = []
    for name, package in packages.items():
        found = shutil.which(name, path=PATH)
        if found is None:
            hint = f"apt-get install --yes --no-install-recommends {package}"
            fail(f"program {name}", "nothing of that name", "it to be installed, for an image", hint)
        entries += file(Path(found))
    return entries


def file(path: Path) -> list[Entry]:
    """Return a file of this machine at its own path, the links that lead to it, and the libraries that it loads."""
    real = path.resolve()
    where = _in_usr(path)
    entries = [Entry(_in_usr(real), 0o755, source=real), *_libraries(real)]
    if where != _in_usr(real):
        entries.append(Entry(where, 0o777, link=_in_usr(real)))
    return entries


@functools.cache
def _libraries(program: Path) -> tuple[Entry, ...]:
    # It leaves with 1 for a script and for a static program: neither loads anything.
    result = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False)
    found = [] if result.returncode else _LIBRARY.findall(result.stdout)
    return tuple(Entry(_in_usr(Path(name)), 0o755, source=Path(name).resolve()) for name in found)


def _in_usr(path: Path) -> str:
    # ldd may say /usr/lib/llvm-19/bin/../lib.
    parts = Path(*path.parent.resolve().parts, path.name).parts
    return str(Path("/usr", *parts[1:])) if parts[1] in MERGED else str(Path(*parts))
