"""What forks do to this repository, each in a copy of its own, in which the tests must hold.

`python -m tests.forks [NAME …]` makes each copy, writes its dist/ and runs there what depends on apps/: tests/platform,
and tests/reference, which leaves itself out where apps/ describes another platform. tests/library does not depend on
apps/ (tests/library/test_rooms.py), so it runs once: in a copy that has no apps/, dist/ and recorded facts at all.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tests.engines import ROOT
from tests.guide import add_podinfo

if TYPE_CHECKING:
    from collections.abc import Callable

CLUSTERS = Path("apps/__main__.py")

FRESH = """
from dataclasses import replace

from apps.__main__ import PLATFORM
from platform_stack.facts import read, values_digest, write
from platform_stack.recorded import reference_context

for member in PLATFORM.members:
    for chart in member.charts:
        path = PLATFORM.facts / member.name / f"{chart.release}.json"
        facts = read(path)
        profiles = {
            name: replace(
                made,
                values_digest=values_digest(chart.version, chart.values_for(reference_context(PLATFORM, name))),
            )
            for name, made in facts.profiles.items()
        }
        write(path, replace(facts, profiles=profiles))
"""


@dataclass(frozen=True)
class Fork:
    """A change of the repository, the tests that must hold with it, and whether its charts are this platform's."""

    change: Callable[[Path], None]
    tests: tuple[str, ...] = ("tests/platform", "tests/reference")
    has_charts: bool = True


def replace(folder: Path, path: Path, *pairs: tuple[str, str]) -> None:
    """Replace each text, which must be there, in a file of the copy."""
    text = (folder / path).read_text()
    for old, new in pairs:
        if old not in text:
            message = f"{path}: no {old!r}"
            raise LookupError(message)
        text = text.replace(old, new)
    (folder / path).write_text(text)


def small(folder: Path) -> None:
    """Install the small selection."""
    replace(folder, CLUSTERS, ("import APPLICATIONS,", "import"), ("BOOTSTRAP\n", "BOOTSTRAP, SMALL\n"))
    replace(folder, CLUSTERS, ("applications=APPLICATIONS", "applications=SMALL"))


def without_velero(folder: Path) -> None:
    """Leave an application out: its line, its folder and its facts."""
    replace(
        folder,
        Path("apps/__init__.py"),
        ("from .velero import velero\n", ""),
        ("    velero,\n", ""),
    )
    shutil.rmtree(folder / "apps" / "velero")
    shutil.rmtree(folder / "imports" / "facts" / "velero")


def two_clusters(folder: Path) -> None:
    """Add a cluster of the other profile."""
    second = (
        'SECOND = Cluster(\n    name="second",\n    repo_url=KIND.repo_url,\n    domain="second.test",\n'
        '    load_balancer_range="172.18.2.0/24",\n    profile="ha",\n    iscsi=True,\n)\n\nPLATFORM = '
    )
    replace(folder, CLUSTERS, ("PLATFORM = ", second), ("clusters=(KIND,)", "clusters=(KIND, SECOND)"))


def renamed_cluster(folder: Path) -> None:
    """Give the cluster another name."""
    replace(folder, CLUSTERS, ('name="kind"', 'name="staging"'))
    (folder / "dist" / "kind").rename(folder / "dist" / "staging")


def sample_tenant(folder: Path) -> None:
    """Switch the sample on."""
    replace(
        folder,
        CLUSTERS,
        ("from .policies.cluster", "from .tenants.sample import SAMPLE\nfrom .policies.cluster"),
        ("clusters=(KIND,)", "clusters=(KIND,),\n    tenants=(SAMPLE,)"),
    )


def library_alone(folder: Path) -> None:
    """Take away the platform and all that comes of it."""
    for path in ("apps", "dist", "imports/facts"):
        shutil.rmtree(folder / path)


FORKS = {
    "small": Fork(small),
    "without-velero": Fork(without_velero),
    "two-clusters": Fork(two_clusters),
    "renamed-cluster": Fork(renamed_cluster),
    "podinfo": Fork(add_podinfo, has_charts=False),
    "sample-tenant": Fork(sample_tenant),
    "library-alone": Fork(library_alone, ("tests/library",)),
}


def copy(folder: Path) -> None:
    """Copy what git knows of the repository, as it lies here, and make it a repository of its own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for command in (("init", "--quiet"), ("add", "--all")):
        subprocess.run(["git", *command], cwd=folder, check=True)


def run(folder: Path, *arguments: str) -> int:
    """Run a module of Python in the copy, with the copy's own library; return its exit code."""
    roots = (folder, folder / "platform", folder / "imports")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots))}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, check=False
    ).returncode


def record(folder: Path, *, has_charts: bool) -> int:
    """Record what the charts make of the copy's values, as `make facts` does; return the exit code.

    Without helm (the environment variable HELM, and the charts in the folder CHARTS) what was recorded is taken to be
    what they make of the changed values too, as it is: these changes reach only what is not recorded, such as
    Grafana's data sources.
    """
    helm = os.environ.get("HELM")
    if helm and has_charts:
        return run(folder, "platform_stack", "facts", "--helm", helm, "--charts", os.environ["CHARTS"])
    (folder / "fresh.py").write_text(FRESH)
    done = run(folder, "fresh")
    (folder / "fresh.py").unlink()
    return done


def holds(fork: Fork, processes: str) -> bool:
    """Make the copy, and say whether synth and the tests succeed there."""
    with tempfile.TemporaryDirectory(prefix="fork-") as name:
        folder = Path(name)
        copy(folder)
        fork.change(folder)
        if (folder / "apps").is_dir() and (
            record(folder, has_charts=fork.has_charts) or run(folder, "platform_stack", "synth")
        ):
            return False
        return run(folder, "pytest", "-q", "-n", processes, "--dist", "loadfile", *fork.tests) == 0


def main() -> None:
    """Try the forks that are named, or all of them; exit 1 where tests fail."""
    parser = argparse.ArgumentParser(prog="python -m tests.forks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: all of {', '.join(FORKS)}")
    parser.add_argument("-n", dest="processes", default="auto", help="as pytest's -n")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(FORKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    failed = []
    for name in arguments.names or FORKS:
        click.echo(f"== {name}: {FORKS[name].change.__doc__}")
        began = time.monotonic()
        if not holds(FORKS[name], arguments.processes):
            failed.append(name)
        click.echo(f"== {name}: {'failed' if name in failed else 'holds'}, {time.monotonic() - began:.0f} s")
    if failed:
        sys.exit(f"tests failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
