"""Runs `kyverno test` over one folder of cases, and believes only what it printed.

The program itself calls a result that it has not found "excluded" and lets it pass; a misspelt name makes it look
at every object instead. So each result that the file asks for must be among those printed, for that very object.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.admission.programs import find
from platform_stack.errors import fail
from platform_stack.integrations.kyverno.program import KYVERNO

from .case import Case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .case import Expected

_OUTCOMES: dict[str, Expected] = {"pass": "passed", "fail": "refused", "skip": "not asked"}
_EXCLUDED = "Excluded"
_OK = "Ok"


def run(folder: Path) -> list[Case]:
    """Return the cases of one folder, judged.

    Raises:
        PlatformError: the engine could not run them: a file is missing or wrong, a policy does not compile.

    """
    path = folder / "kyverno-test.yaml"
    if not path.is_file():
        fail(str(folder), "no kyverno-test.yaml", "a test of Kyverno's CLI")
    done = subprocess.run(
        [str(find(KYVERNO)), "test", str(folder), "--require-tests", "--detailed-results", "-o", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    start, end = done.stdout.find("\n[\n"), done.stdout.rfind("\n]\n")
    if start < 0 or end < 0:
        fail(str(path), done.stderr.strip() or done.stdout.strip(), "a test that can be run")
    rows = json.loads(done.stdout[start : end + 2])
    cases = [
        case
        for result in yaml.safe_load(path.read_text())["results"]
        for case in _cases(folder, result, rows)
    ]
    if done.returncode and not any(case.problem for case in cases):
        fail(
            str(path), f"exit code {done.returncode}: {done.stdout[end:]}", "results that are all as expected"
        )
    return cases


def _cases(folder: Path, result: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[Case]:
    policy, where = result["policy"], f"{folder.name}: result of {result['policy']}"
    outcome = _OUTCOMES.get(result["result"])
    if outcome is None:
        fail(where, result["result"], ", ".join(_OUTCOMES))
    own = [row for row in rows if row["POLICY"] == policy]
    if result.get("isGeneratingPolicy") and outcome == "passed":
        yield from _generated(folder, result, own)
        return
    if result.get("isMutatingPolicy") and outcome == "passed":
        if not result.get("patchedResources"):
            fail(where, "no patchedResources", "the file with what comes out")
        outcome = "changed"
    names = result.get("resources")
    if not names:
        fail(where, "no resources", "the names of the objects: without them it looks at every one")
    for name in names:
        what = f"{result['kind']} {name}"
        found = [row for row in own if _is_about(row, result["kind"], name)]
        yield Case(policy, what, outcome, _problem(found, outcome))


def _problem(rows: list[dict[str, Any]], outcome: Expected) -> str:
    wrong = [f"{row['REASON']}: {row['Message']}" for row in rows if row["RESULT"] != "Pass"]
    if wrong:
        return "; ".join(wrong)
    if not rows:
        return "the engine printed no result for it"
    # An object that autogen looks at has a row of the rule for pods besides, which leaves it out.
    looked_at = [row for row in rows if row["REASON"] == _OK]
    if outcome != "not asked" and not looked_at:
        return "no rule of the policy looked at it (" + ", ".join(row["REASON"] for row in rows) + ")"
    return ""


def _generated(folder: Path, result: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[Case]:
    """Yield a case for each object that should be made: the engine compares those only that it has made."""
    files = result.get("generatedResources") or [result.get("generatedResource")]
    if not files[0]:
        fail(
            f"{folder.name}: result of {result['policy']}",
            "no generatedResource",
            "the file with what comes out",
        )
    expected = [
        item["metadata"]["name"] for file in files for item in yaml.safe_load_all((folder / file).read_text())
    ]
    for name in expected:
        found = [row for row in rows if row["RESOURCE"].rpartition("/")[2] == name]
        yield Case(
            result["policy"], f"{name} for {result['resources']}", "generated", _problem(found, "generated")
        )


def _is_about(row: dict[str, Any], kind: str, name: str) -> bool:
    """Say whether a row ("group/version/Kind/namespace/name") is about an object ("name" or "namespace/name")."""
    parts = row["RESOURCE"].split("/")
    namespace, _, short = name.rpartition("/")
    return parts[-3:-2] == [kind] and parts[-1] == short and namespace in ("", parts[-2])
