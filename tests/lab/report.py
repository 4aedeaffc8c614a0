"""The lab's findings: one line each, on the terminal as they come and in logs/report.txt."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SHOWN_PROBLEMS = 12


@dataclass
class Report:
    """What was checked, in order."""

    file: Path
    start: float = field(default_factory=time.monotonic)
    passed: int = 0
    failures: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Print a line of progress with the seconds since the start."""
        line = f"[{time.monotonic() - self.start:6.1f} s] {text}"
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        with self.file.open("a") as stream:
            stream.write(line + "\n")

    def check(self, what: str, problems: Sequence[str], *, detail: str = "", look: str = "") -> bool:
        """Record one assertion: it holds when there is no problem; else say each and where to look."""
        note = f" ({detail})" if detail else ""
        if not problems:
            self.passed += 1
            self.say(f"ok      {what}{note}")
            return True
        lines = [f"FAILED  {what}{note}", *(f"          {problem}" for problem in problems[:SHOWN_PROBLEMS])]
        if len(problems) > SHOWN_PROBLEMS:
            lines.append(f"          and {len(problems) - SHOWN_PROBLEMS} more")
        if look:
            lines.append(f"          look at: {look}")
        for line in lines:
            self.say(line)
        self.failures.append("\n".join(lines))
        return False

    def summary(self) -> str:
        """Return every failure once more, for who sees the end of the output only, and the counts."""
        return "\n".join([*self.failures, f"{self.passed} passed, {len(self.failures)} failed"])
