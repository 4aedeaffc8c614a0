"""The files of Argo CD's image, after its Dockerfile, and of Redis beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.engines import module_folder
from tests.lab.engines import ARGOCD, HELM

from .archive import Entry
from .host import base, file, programs

if TYPE_CHECKING:
    from tests.lab.authority import Authority

MODULE = "github.com/argoproj/argo-cd/v3"
_GIT = Path("/usr/lib/git-core")
_COREUTILS = ("cat", "chmod", "cp", "id", "ln", "ls", "mkdir", "mv", "rm", "touch")
_PROGRAMS = {
    **dict.fromkeys(_COREUTILS, "coreutils"),
    "sh": "dash",
    "git": "git",
    "gpg": "gpg",
    "gpg-agent": "gpg-agent",
    "gpgconf": "gpgconf",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "tini": "tini",
}
_PARTS = (
    *("application-controller", "applicationset-controller", "cmp-server", "commit-server", "dex"),
    *("k8s-auth", "notifications", "repo-server", "server"),
)
_SCRIPTS = ("entrypoint.sh", "hack/git-verify-wrapper.sh", "hack/gpg-wrapper.sh")
# The chart's init container says --update=none, which cp has since coreutils 9.3; Debian 12 has 9.1.
_CP = """#!/bin/sh
for word; do
    shift
    [ "$word" = --update=none ] && word=--no-clobber
    set -- "$@" "$word"
done
exec /usr/lib/coreutils/cp "$@"
"""


def argocd(authority: Authority) -> list[Entry]:
    """Return one program under its many names, helm, git and gpg with what they call, and its folders.

    It trusts the lab's authority: the lab serves git and charts itself.
    """
    source = module_folder(ARGOCD, MODULE)
    folder = "/usr/local/bin"
    return [
        *base(("argocd", 999), trusted=authority.certificate.read_bytes()),
        *programs(_PROGRAMS),
        Entry("/usr/bin/cp", data=_CP.encode()),
        Entry("/usr/lib/coreutils/cp", source=Path("/usr/bin/cp")),
        *file(_GIT / "git-remote-http"),
        Entry(f"{_GIT}/git-remote-https", 0o777, link="git-remote-http"),
        Entry(f"{_GIT}/git-upload-pack", 0o777, link="/usr/bin/git"),
        # git warns about each repository that it makes without it.
        Entry("/usr/share/git-core/templates"),
        Entry(f"{folder}/argocd", source=ARGOCD.program("cmd")),
        *(Entry(f"{folder}/argocd-{part}", 0o777, link=f"{folder}/argocd") for part in _PARTS),
        Entry(f"{folder}/helm", source=HELM.program("helm")),
        *(Entry(f"{folder}/{Path(script).name}", source=source / script) for script in _SCRIPTS),
        Entry("/app/config/ssh/ssh_known_hosts", 0o644, data=b""),
        Entry("/etc/ssh/ssh_known_hosts", 0o777, link="/app/config/ssh/ssh_known_hosts"),
        Entry("/app/config/tls"),
        Entry("/app/config/gpg/source"),
        Entry("/app/config/gpg/keys", 0o700, owner=999),
    ]


def redis(_authority: Authority) -> list[Entry]:
    """Return Debian's server."""
    return [
        *base(("redis", 999)),
        *programs({"redis-server": "redis-server", "redis-cli": "redis-tools"}),
        Entry("/data", owner=999),
    ]
