"""The git repository that Argo CD will pull: reachable, this clone's own, and with this dist/."""

from __future__ import annotations

import re
import tempfile
from typing import TYPE_CHECKING

from platform_stack.doctor.check import Diagnosis, ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_SILENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}
"""Git must not wait for a password that nobody types."""

_SHOWN = 3


def check_git(variables: Mapping[str, str], clone: Path) -> Iterator[Diagnosis]:
    """Yield the checks of the git repository.

    Args:
        variables: of the cluster, as bootstrap.read gives them.
        clone: the folder in which dist/ lies.

    """
    url, revision = variables["REPO_URL"], variables["REVISION"]
    yield _remote(url, clone)
    with tempfile.TemporaryDirectory() as scratch:
        git = (
            "git",
            "-C",
            str(clone),
            "-c",
            "core.bare=false",
            f"--git-dir={scratch}",
            f"--work-tree={clone}",
        )
        ask("git", "init", "--quiet", "--bare", scratch)
        answer = ask(*git, "fetch", "--quiet", "--depth=1", url, revision, environment=_SILENT)
        yield Diagnosis(
            "git repository",
            "ok" if answer.ok else "fail",
            f"{revision} of {url}" if answer.ok else f"{revision} of {url}: {answer.text}",
            "a repository and a revision that can be read",
            ""
            if answer.ok
            else "push it; private: bootstrap.sh takes GIT_TOKEN or GIT_SSH_KEY_FILE; elsewhere: repo_url and "
            "revision in apps/__main__.py, then make synth",
        )
        if answer.ok:
            ask(*git, "update-ref", "HEAD", "FETCH_HEAD")
            ask(*git, "read-tree", "HEAD")
            status = ask(*git, "status", "--porcelain", "--", f"dist/{variables['CLUSTER']}")
            yield _content(status.text, variables)


def _remote(url: str, clone: Path) -> Diagnosis:
    answer = ask("git", "-C", str(clone), "remote", "--verbose")
    remotes = dict(line.split()[:2] for line in answer.text.splitlines()) if answer.ok else {}
    name = "git URL of dist/"
    expected = "a remote of this clone"
    own = [remote for remote, address in remotes.items() if same_repository(address, url)]
    if own:
        return Diagnosis(name, "ok", f"{url}, the remote {own[0]!r}", expected)
    if not remotes:
        return Diagnosis(
            name, "warn", f"{url}, and this clone has no remote", expected, f"git remote add origin {url}"
        )
    address = remotes.get("origin") or next(iter(remotes.values()))
    return Diagnosis(
        name,
        "fail",
        f"{url}, while this clone's remote is {address}: Argo CD would run somebody else's platform",
        expected,
        f"in apps/__main__.py: repo_url={address!r}, then make synth, commit and push",
    )


def same_repository(one: str, other: str) -> bool:
    """Return whether two git URLs name the same repository, whatever the protocol."""
    return _normal(one) == _normal(other)


def _normal(url: str) -> tuple[str, str]:
    match = re.fullmatch(r"(?:(?:\w+)://)?(?:[^@/]+@)?([^/:]*)(?::\d+(?=/))?[:/]+(.*?)/?(?:\.git)?/?", url)
    return (match[1].lower(), match[2]) if match else ("", url)


def _content(status: str, variables: Mapping[str, str]) -> Diagnosis:
    changed = [line.split(maxsplit=1)[1] for line in status.splitlines()]
    folder = f"dist/{variables['CLUSTER']}"
    shown = ", ".join(changed[:_SHOWN]) + (
        f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    )
    return Diagnosis(
        "dist/ in git",
        "fail" if changed else "ok",
        f"{variables['REVISION']} differs: {shown}"
        if changed
        else f"{variables['REVISION']} holds this {folder}",
        f"the same {folder} here and there: Argo CD installs what is there",
        "git add dist, commit and push (or pull)" if changed else "",
    )
