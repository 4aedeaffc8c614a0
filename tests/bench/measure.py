"""Timing whole processes, one after the other in turns."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import BenchError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One process: its wall-clock time, and the CPU time of it and its children, in seconds."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Command:
    """What is measured.

    Attributes:
        label: its name in the report.
        words: the command line.
        output: the folder that it writes.
        folder: the folder that it runs in.
        keeps_output: whether the output of the run before stays; default: it is removed, unmeasured.

    """

    label: str
    words: tuple[str, ...]
    output: Path
    folder: Path
    keeps_output: bool = False


@dataclass
class Series:
    """The runs of one command, in the order of the rounds; `skipped` says why there are none."""

    label: str
    runs: list[Run] = field(default_factory=list)
    skipped: str = ""

    @property
    def median(self) -> float:
        """Median wall-clock time in seconds."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def minimum(self) -> float:
        """Shortest wall-clock time in seconds."""
        return min(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """Median CPU time in seconds."""
        return statistics.median(run.cpu for run in self.runs)

    def ratio_to(self, other: Series) -> float:
        """Return the median of this wall-clock time over the other's, round by round.

        A pair is measured seconds apart, so that what else the machine does weighs on both.
        """
        pairs = zip(self.runs, other.runs, strict=True)
        return statistics.median(mine.wall / theirs.wall for mine, theirs in pairs)


def say(text: str) -> None:
    """Tell whoever waits how far it is, on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def alternate(commands: Sequence[Command], rounds: int, limit: float) -> list[Series]:
    """Run the commands in turns, A B A B …, after one unmeasured round that fills the caches.

    Args:
        commands: what to measure.
        rounds: how many measured runs of each.
        limit: seconds after which a command is given up.

    Returns:
        One series a command, in their order.

    """
    series = [Series(command.label) for command in commands]
    for number in range(rounds + 1):
        for command, found in zip(commands, series, strict=True):
            if found.skipped:
                continue
            what = f"round {number} of {rounds}" if number else "warming up"
            say(f"  {command.label}: {what}")
            try:
                run = execute(command, limit)
            except BenchError as error:
                found.skipped, found.runs = str(error), []
                continue
            if number:
                found.runs.append(run)
    return series


def execute(command: Command, limit: float) -> Run:
    """Run a command once.

    Raises:
        BenchError: it failed, or took longer than the limit.

    """
    if not command.keeps_output:
        shutil.rmtree(command.output, ignore_errors=True)
    # Users have compiled modules; a test machine may be set to make none.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    before, start = os.times(), time.perf_counter()
    try:
        subprocess.run(
            command.words,
            cwd=command.folder,
            env=environment,
            check=True,
            timeout=limit,
            capture_output=True,
            text=True,
        )
    except subprocess.TimeoutExpired:
        message = f"took longer than {limit:g} s"
        raise BenchError(message) from None
    except subprocess.CalledProcessError as error:
        message = f"{' '.join(command.words)}: exit code {error.returncode}: {error.stderr[-2000:]}"
        raise BenchError(message) from None
    wall, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(wall, cpu)
