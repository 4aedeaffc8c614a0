"""`python -m tests.bench`: whole-process times of synth, and of others that do the same work.

Exit code: 0 when it could measure, 1 when the same work was not done or ours failed. A missed goal is
printed, and no error: the machine has its part in it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import contenders, made_up, report, trees
from .contenders import HERE, LIBYAML, OURS, ROOT, SAMPLE, TYPESCRIPT, Contender
from .errors import BenchError
from .measure import Command, Series, alternate, say
from .report import Goal, Table

SIZES = (100, 1_000, 4_000)
ROUNDS = {100: 9, 1_000: 5, 4_000: 3}
LIMIT = 60.0
"""Seconds after which a contender is given up, at this size and all above."""

CLUSTERS_LIMIT = 600.0
"""The same for many clusters, which only we write."""

FLOOR = "import cdk8s, empty App"

CLUSTERS = {1: 9, 10: 5, 100: 3}
"""How many runs of each number of clusters."""

STARTS = (("--help",), ("flows",), ("policies",), ("secrets", "list"))
START = 0.3
"""Seconds that a command without cdk8s may take."""


def main() -> int:
    """Measure, print the tables and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="one round of the smallest: does it work at all?"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run to FILE")
    parser.add_argument(
        "--scratch",
        type=Path,
        metavar="DIR",
        default=Path("/dev/shm") if Path("/dev/shm").is_dir() else None,  # noqa: S108  a place, not a file
        help="where trees are written; default: memory (/dev/shm), else the folder for temporary files",
    )
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="platform-stack-bench-", dir=options.scratch) as folder:
            measured = measure(Path(folder), quick=options.quick)
    except BenchError as error:
        say(f"stopped: {error}")
        return 1
    tables, goals = measured.tables, goals_of(measured)
    sys.stdout.write(f"{report.as_text(tables, goals)}\n")
    if options.json:
        options.json.write_text(json.dumps(report.as_json(tables, goals), indent=1) + "\n")
    return 0


def measure(scratch: Path, *, quick: bool) -> Measured:
    """Run everything; `quick` is one round of the smallest size.

    Raises:
        BenchError: ours failed, or somebody wrote other objects.

    """
    own = own_platform(scratch, rounds=1 if quick else 15)
    found = contenders.sample(scratch)
    built = contenders.build(found)
    starts = command_starts(scratch, rounds=1 if quick else 15)
    clusters = {
        count: many_clusters(scratch, count, 1 if quick else rounds)
        for count, rounds in list(CLUSTERS.items())[: 1 if quick else None]
    }
    tables = [own]
    too_slow: dict[str, str] = {}
    for size in SIZES[:1] if quick else SIZES:
        say(f"{size:,} applications")
        tables.append(made_up_platform(built, size, 1 if quick else ROUNDS[size], scratch, found, too_slow))
    return Measured(tables, starts, clusters)


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes:
        synth: this repository's platform, then the made-up one by its size.
        starts: the commands that need no cdk8s.
        clusters: this repository's platform, by the number of its clusters: on one processor, then on two.

    """

    synth: list[Table]
    starts: Table
    clusters: dict[int, Table]

    @property
    def tables(self) -> list[Table]:
        """All of it."""
        return [self.synth[0], self.starts, *self.clusters.values(), *self.synth[1:]]


def command_starts(scratch: Path, rounds: int) -> Table:
    """Measure the commands that need no cdk8s, and Python's own start beside them."""
    say("commands without cdk8s")
    command = str(Path(sys.executable).with_name("platform-stack"))
    base = "python -c pass"
    words = {base: (sys.executable, "-c", "pass")} | {" ".join(one): (command, *one) for one in STARTS}
    commands = [Command(label, each, scratch / "nothing", ROOT) for label, each in words.items()]
    return Table("commands that need no cdk8s construct", _all(alternate(commands, rounds, LIMIT)), base)


def many_clusters(scratch: Path, count: int, rounds: int) -> Table:
    """Measure this repository's platform on so many clusters, on one processor and on two."""
    say(f"{count} clusters")
    base = "one processor"
    commands = [
        Command(
            label, (sys.executable, "-m", "tests.bench.clusters", str(count), cpus, str(output)), output, ROOT
        )
        for label, cpus, output in ((base, "1", scratch / "one"), ("two processors", "2", scratch / "two"))
    ]
    series = _all(alternate(commands, rounds, CLUSTERS_LIMIT))
    if len({trees.digest(command.output) for command in commands}) > 1:
        message = f"{count} clusters: one processor and two wrote other files"
        raise BenchError(message)
    return Table(f"this repository's platform, {count} of its cluster", series, base)


def _all(series: list[Series]) -> list[Series]:
    """Return them; all of ours must have worked."""
    for one in series:
        if one.skipped:
            message = f"{one.label}: {one.skipped}"
            raise BenchError(message)
    return series


def own_platform(scratch: Path, rounds: int) -> Table:
    """Measure `platform-stack synth` of this repository, into an empty folder and over an equal tree."""
    say("this repository's platform")
    command = str(Path(sys.executable).with_name("platform-stack"))
    cold, again, empty = (scratch / name for name in ("cold", "again", "empty"))
    series = alternate(
        [
            Command(FLOOR, (sys.executable, str(HERE / "floor.py"), str(empty)), empty, ROOT),
            Command("synth, no output yet", (command, "synth", "--output", str(cold)), cold, ROOT),
            Command(
                "synth, output up to date",
                (command, "synth", "--output", str(again)),
                again,
                ROOT,
                keeps_output=True,
            ),
        ],
        rounds,
        LIMIT,
    )
    _all(series)
    files = trees.count_files(cold)
    return Table(f"dist/ of this repository, {files} files", series, FLOOR)


def made_up_platform(
    built: list[Contender],
    size: int,
    rounds: int,
    scratch: Path,
    found: dict[str, trees.Manifest],
    too_slow: dict[str, str],
) -> Table:
    """Measure one size of the made-up platform, and compare what was written.

    Args:
        built: the contenders.
        size: how many applications.
        rounds: how many runs of each.
        scratch: where they write.
        found: the objects of application SAMPLE.
        too_slow: the contenders that a smaller size has ended, with the reason; grows here.

    """
    skipped = {one.label: one.skipped or too_slow.get(one.label, "") for one in built}
    commands = [one.command(size, scratch) for one in built if not skipped[one.label]]
    measured = {one.label: one for one in alternate(commands, rounds, LIMIT)}
    for command in commands:
        series = measured[command.label]
        if series.skipped:
            too_slow[command.label] = f"{series.skipped} at {size:,} applications"
            continue
        for number in (1, size // 2, size - 1):
            trees.check_objects(command.output, made_up.name_of(number), found, SAMPLE)
        files = trees.count_files(command.output)
        # The root's own files, which only ours has, are fewer than one application's.
        if not 0 <= files - size * made_up.FILES < made_up.FILES:
            message = f"{command.label}: {files} files, expected {size * made_up.FILES}"
            raise BenchError(message)
    if not measured[OURS].runs:
        message = f"{OURS}: {measured[OURS].skipped}"
        raise BenchError(message)
    title = f"{size:,} applications, {size * made_up.FILES:,} objects in as many files"
    every = [measured.get(one.label) or Series(one.label, skipped=skipped[one.label]) for one in built]
    return Table(title, every, LIBYAML)


def goals_of(measured: Measured) -> list[Goal]:
    """Compare the tables with what the project aims at."""
    own, *platforms = measured.synth
    goals = [
        Goal(f"{series.label}, over {FLOOR}", own.ratio(series), 1.5)
        for series in own.series
        if series is not own.reference
    ]
    by_size = dict(
        zip(SIZES, ({one.label: one for one in table.series} for table in platforms), strict=False)
    )
    for size, series in by_size.items():
        for other, limit in ((LIBYAML, 1.5 if size == SIZES[1] else None), (TYPESCRIPT, 1.0)):
            if limit:
                ratio = series[OURS].ratio_to(series[other]) if series[other].runs else None
                goals.append(Goal(f"{size:,} applications, over {other}", ratio, limit))
    if len(by_size) == len(SIZES):
        # libyaml alone grows linearly by construction; against it, the load of the machine cancels out.
        middle, large = (
            series[OURS].ratio_to(series[LIBYAML]) if series[LIBYAML].runs else None
            for series in (by_size[SIZES[1]], by_size[SIZES[2]])
        )
        growth = large / middle if large and middle else None
        goals.append(Goal(f"over {LIBYAML} at 4,000 applications, by the same at 1,000", growth, 1.25))
    goals += [
        Goal(f"{one.label}: seconds", one.median, START)
        for one in measured.starts.series
        if one is not measured.starts.reference
    ]
    if all(count in measured.clusters for count in (10, 100)):
        # Ten clusters hold the start, which a hundred have once too.
        ten, hundred = measured.clusters[10], measured.clusters[100]
        growth = hundred.reference.cpu / ten.reference.cpu
        goals.append(Goal("100 clusters, by 10 clusters, of CPU time", growth, 10.0))
        goals.append(Goal("100 clusters, two processors over one", hundred.ratio(hundred.series[1]), 0.6))
    return goals


if __name__ == "__main__":
    sys.exit(main())
