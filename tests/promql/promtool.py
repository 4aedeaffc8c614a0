"""Asks promtool, the program of the Prometheus that the platform installs, built from the Go module beside this."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.engines import BUILD, Engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PROMTOOL = Engine(
    Path(__file__).resolve().parent / "engines" / "promtool",
    BUILD / "promql",
    ("promtool",),
    tags="remove_all_sd",  # without the service discoveries: 230 of its 1,330 packages less
)

_GRAFANA = {"__rate_interval": "2m", "__interval": "1m", "__range": "6h"}
_VARIABLE = re.compile(r"\$\{(\w+)[^}]*\}|\[\[(\w+)(?::\w+)?\]\]|\$(\w+)")
_ERROR = re.compile(r'group "(?P<where>.*?)", rule \d+, (?P<what>.*)')


def substituted(expression: str) -> str:
    """Return an expression of a dashboard with values for Grafana's variables: durations, else the number 3.

    3 may stand wherever the dashboards' own variables do: in a label's value, as a parameter.
    """
    return _VARIABLE.sub(lambda match: _GRAFANA.get(match[1] or match[2] or match[3], "3"), expression)


def unreadable(expressions: Iterable[tuple[str, str]], folder: Path) -> list[str]:
    """Return promtool's complaints about expressions, each with the place that it is from.

    Args:
        expressions: where, and what; each becomes a recording rule of one file, so that one process reads all.
        folder: gets the file.

    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for number, (where, expression) in enumerate(expressions):
        rule = {"record": f"number:{number}", "expr": substituted(expression)}
        groups.setdefault(where, []).append(rule)
    return refused([{"name": where, "rules": rules} for where, rules in groups.items()], folder)


def refused(groups: Sequence[dict[str, Any]], folder: Path) -> list[str]:
    """Return promtool's complaints about rule groups: expressions, and the templates of labels and annotations."""
    path = folder / "rules.json"  # JSON is YAML
    path.write_text(json.dumps({"groups": groups}))
    result = run("check", "rules", "--lint=none", str(path))
    if result.returncode == 0:
        return []
    return [f"{match['where']}: {match['what']}" for match in _ERROR.finditer(result.stderr)] or [
        result.stderr
    ]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run promtool; what it says is in stdout and stderr."""
    return subprocess.run(
        [PROMTOOL.program("promtool"), *arguments], capture_output=True, text=True, check=False
    )
