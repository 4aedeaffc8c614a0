"""Gatekeeper's own program, asked about objects: `gator test`.

It judges objects with the code that runs in the cluster
(https://open-policy-agent.github.io/gatekeeper/website/docs/gator/).
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.admission.judge import Violation, policy_of
from platform_stack.admission.programs import Program, run, write
from platform_stack.errors import fail
from platform_stack.model.policy import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack.facts import Manifest

GATOR = Program(
    engine="gatekeeper",
    names=("gator",),
    install="https://open-policy-agent.github.io/gatekeeper/website/docs/gator/#installation",
    refuses=r'(?:template|constraint|unstructured) "([\w.-]+)',
)
"""`gator`."""

_BROKEN = "compilation error: "
"""How Gatekeeper begins the message of a violation that is none: the template's CEL does not compile."""


def judge(
    policies: Sequence[Manifest], objects: Sequence[Manifest], namespaces: Mapping[str, Mapping[str, str]]
) -> Iterator[Violation]:
    """Yield what breaks a policy; arguments and errors as for `platform_stack.admission.judge.judge`."""
    if not policies or not objects:
        return
    known = {item["metadata"]["name"] for item in objects if item["kind"] == "Namespace"}
    # A constraint with a namespace selector asks for the Namespace itself.
    missing = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels)}}
        for name, labels in namespaces.items()
        if name not in known
    ]
    with tempfile.TemporaryDirectory() as folder:
        everything = write(Path(folder), "everything", [*policies, *missing, *objects])
        output = run(GATOR, "test", f"--filename={everything}", "--output=json", answer="[")
    for result in json.loads(output) or ():
        constraint, item = result["constraint"], result["violatingObject"]
        if result["msg"].startswith(_BROKEN):
            fail(
                f"policy {policy_of(constraint)!r}",
                result["msg"].removeprefix(_BROKEN),
                "expressions that compile",
                f"mend the expressions of {constraint['kind']}",
            )
        yield Violation(
            "gatekeeper",
            policy_of(constraint),
            Action.DENY if result["enforcementAction"] == "deny" else Action.AUDIT,
            item["apiVersion"],
            item["kind"],
            item["metadata"].get("namespace", ""),
            item["metadata"]["name"],
            result["msg"],
        )
