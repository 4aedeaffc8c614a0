"""Runs `gator verify` over one folder of cases, and believes only what it printed.

The program lets a case pass whose object the constraint never looks at, so the kinds are compared here.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.admission.programs import find
from platform_stack.errors import fail
from platform_stack.integrations.gatekeeper.program import GATOR
from platform_stack.kubernetes import group_of

from .case import Case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .case import Expected

_TEST = re.compile(r"^=== (RUN|SKIP) +(.*)$")
_CASE = re.compile(r"^    (?:---|===) (PASS|FAIL|SKIP):? +(.*?)(?:\t\(.*)?$")

_NO_RESULT = "the engine printed no result for it"


def run(folder: Path) -> list[Case]:
    """Return the cases of one folder, judged.

    Raises:
        PlatformError: the engine could not run them: a file is missing or wrong, a template does not compile.

    """
    path = folder / "suite.yaml"
    if not path.is_file():
        fail(str(folder), "no suite.yaml", "a suite of gator")
    done = subprocess.run(
        [str(find(GATOR)), "verify", "--verbose", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    printed = _printed(done.stdout)
    suite = yaml.safe_load(path.read_text())
    cases = [case for test in suite["tests"] for case in _cases(folder, test, printed)]
    unanswered = any(case.problem == _NO_RESULT for case in cases)
    if done.returncode and (unanswered or not any(case.problem for case in cases)):
        fail(str(path), f"exit code {done.returncode}: {done.stdout}{done.stderr}", "a suite that can be run")
    return cases


def _printed(output: str) -> dict[tuple[str, str], str]:
    """Return what was printed of each case, by the names of test and case: PASS, or all of it."""
    found: dict[tuple[str, str], str] = {}
    test, last = "", None
    for line in output.splitlines():
        if match := _TEST.match(line):
            test, last = match[2], None
        elif match := _CASE.match(line):
            last = (test, match[2])
            found[last] = match[1]
        elif last and line.startswith("        ") and found[last] != "PASS":
            found[last] += f" {line.strip()}"
        elif not line.startswith("    "):
            last = None
    return found


def _cases(folder: Path, test: dict[str, Any], printed: dict[tuple[str, str], str]) -> Iterator[Case]:
    constraint = yaml.safe_load((folder / test["constraint"]).read_text())
    name = constraint["metadata"]["name"]
    for case in test["cases"]:
        expected = _expected(folder, case)
        (item,) = (one for one in yaml.safe_load_all((folder / case["object"]).read_text()) if one)
        outcome = printed.get((test["name"], case["name"]), _NO_RESULT)
        problem = "" if outcome == "PASS" else outcome
        if not problem and not _matches(constraint, item):
            problem = f"the constraint never looks at {item['apiVersion']} {item['kind']}"
        if not problem and expected == "passed" and _left_out(constraint, item, _labels(folder, case, item)):
            expected = "not asked"
        yield Case(name, case["name"], expected, problem)


def _expected(folder: Path, case: dict[str, Any]) -> Expected:
    # `violations: yes` is true for PyYAML and the text "yes" for gator; a number counts them.
    refusals = [one for one in case["assertions"] if one.get("violations", True) not in (False, "no", 0)]
    if any("message" not in one for one in refusals):
        fail(
            f"{folder.name}: case {case['name']!r}",
            "a refusal without a message",
            "the message: a template that fails refuses too",
        )
    return "refused" if refusals else "passed"


def _labels(folder: Path, case: dict[str, Any], item: dict[str, Any]) -> dict[str, str]:
    """Return the labels of an object's namespace, which is among the inventory where they matter."""
    if item["kind"] == "Namespace":
        return dict(item["metadata"].get("labels") or {})
    for file in case.get("inventory", ()):
        for one in yaml.safe_load_all((folder / file).read_text()):
            if (
                one
                and one["kind"] == "Namespace"
                and one["metadata"]["name"] == item["metadata"].get("namespace")
            ):
                return dict(one["metadata"].get("labels") or {})
    return {}


def _matches(constraint: dict[str, Any], item: dict[str, Any]) -> bool:
    return any(
        {"*", group_of(item["apiVersion"])} & set(one["apiGroups"])
        and {"*", item["kind"]} & set(one["kinds"])
        for one in constraint["spec"]["match"]["kinds"]
    )


def _left_out(constraint: dict[str, Any], item: dict[str, Any], labels: dict[str, str]) -> bool:
    """Say whether an object lies in a namespace that the constraint leaves out, or does not select."""
    match, metadata = constraint["spec"]["match"], item["metadata"]
    namespace = metadata["name"] if item["kind"] == "Namespace" else metadata.get("namespace")
    selected = (match.get("namespaceSelector") or {}).get("matchLabels") or {}
    return namespace in match.get("excludedNamespaces", ()) or not selected.items() <= labels.items()
