"""Kyverno's own program, asked about objects: `kyverno apply`.

It judges objects with the code that runs in the cluster (https://kyverno.io/docs/kyverno-cli/reference/kyverno_apply/).
It does not know which namespaces Kyverno's webhook leaves alone: there it is stricter than the cluster.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.admission.judge import Violation, policy_of
from platform_stack.admission.programs import Program, run, write
from platform_stack.model.policy import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack.facts import Manifest

KYVERNO = Program(
    engine="kyverno",
    names=("kyverno", "kubectl-kyverno"),
    install="https://kyverno.io/docs/kyverno-cli/install/",
    refuses=r"failed to compile policy ([\w.-]+)",
)
"""`kyverno`, which kubectl calls `kubectl-kyverno`."""

_ASKED = ("MutatingPolicy", "ValidatingPolicy")
_CONTROLLERS = frozenset({"cronjobs", "daemonsets", "deployments", "jobs", "statefulsets"})

_REPORT = '{"kind":"ClusterReport"'
_FINE = frozenset({"pass", "skip"})


def judge(
    policies: Sequence[Manifest], objects: Sequence[Manifest], namespaces: Mapping[str, Mapping[str, str]]
) -> Iterator[Violation]:
    """Yield what breaks a policy; arguments and errors as for `platform_stack.admission.judge.judge`."""
    asked = [(set(_resources(item)), item) for item in policies if item["kind"] in _ASKED]
    exceptions = [item for item in policies if item["kind"] == "PolicyException"]
    # It compiles every policy anew for each object, so an object meets those only that look at its kind.
    groups: dict[tuple[int, ...], list[Manifest]] = {}
    for item in objects:
        names = {"*", *_plurals(item["kind"])}
        looking = tuple(position for position, (resources, _) in enumerate(asked) if names & resources)
        groups.setdefault(looking, []).append(item)
    for looking, alike in groups.items():
        if looking:
            yield from _apply([asked[position][1] for position in looking], exceptions, alike, namespaces)


def _apply(
    policies: Sequence[Manifest],
    exceptions: Sequence[Manifest],
    objects: Sequence[Manifest],
    namespaces: Mapping[str, Mapping[str, str]],
) -> Iterator[Violation]:
    by_name = {item["metadata"]["name"]: item for item in policies}
    values = {
        "apiVersion": "cli.kyverno.io/v1alpha1",
        "kind": "Values",
        "namespaceSelector": [{"name": name, "labels": dict(labels)} for name, labels in namespaces.items()],
    }
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        arguments = [
            write(scratch, "policies", policies),
            f"--resource={write(scratch, 'objects', objects)}",
            f"--values-file={write(scratch, 'values', [values])}",
            f"--output={scratch / 'changed'}",
            "--policy-report",
            "--output-format=json",
            "--remove-color",
        ]
        if exceptions:
            arguments.append(f"--exception={write(scratch, 'exceptions', exceptions)}")
        output = run(KYVERNO, "apply", *arguments, answer=_REPORT)
    # Before the report it tells of each mutation.
    start = output.find(_REPORT)
    for result in json.loads(output[start:])["results"] if start >= 0 else ():
        if result["result"] in _FINE:
            continue
        policy = by_name[result["policy"]]
        (item,) = result["resources"]
        yield Violation(
            "kyverno",
            policy_of(policy),
            Action.DENY if "Deny" in policy["spec"].get("validationActions", ()) else Action.AUDIT,
            item["apiVersion"],
            item["kind"],
            item.get("namespace", ""),
            item["name"],
            result.get("message", ""),
        )


def _resources(policy: Manifest) -> Iterator[str]:
    """Yield the plural names of the kinds that a policy looks at, itself or by autogen."""
    for rule in policy["spec"]["matchConstraints"]["resourceRules"]:
        for resource in rule["resources"]:
            yield resource
            if resource == "pods":
                yield from _CONTROLLERS


def _plurals(kind: str) -> set[str]:
    """Return what a kind's plural name may be."""
    name = kind.lower()
    return {f"{name}s", f"{name}es", f"{name[:-1]}ies"}
