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
    failed: int = 0

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
        self.failed += 1
        self.say(f"FAILED  {what}{note}")
        for problem in problems[:SHOWN_PROBLEMS]:
            self.say(f"          {problem}")
        if len(problems) > SHOWN_PROBLEMS:
            self.say(f"          and {len(problems) - SHOWN_PROBLEMS} more")
        if look:
            self.say(f"          look at: {look}")
        return False
