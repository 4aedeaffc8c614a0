"""Objects judged by the engines themselves.

`kyverno apply` (https://kyverno.io/docs/kyverno-cli/reference/kyverno_apply/) and `gator test`
(https://open-policy-agent.github.io/gatekeeper/website/docs/gator/) judge objects with the code that runs in the
cluster. Neither is asked about signatures, which need the registries, nor about what a policy generates. Kyverno's
does not know which namespaces its webhook leaves alone: there it is stricter than the cluster.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.errors import fail
from platform_stack.kubernetes import full_name, group_of
from platform_stack.model.policy import Action
from platform_stack.policies.engines import run, write
from platform_stack.policies.stored import stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from platform_stack.facts import Manifest
    from platform_stack.model.policy import Engine

POLICY = "platform-stack.io/policy"
"""Annotation of each compiled object: the policy that it is of."""

_KYVERNO = "policies.kyverno.io"
_ASKED = ("MutatingPolicy", "ValidatingPolicy")
_SIGNATURES = "ImageValidatingPolicy"
_GATEKEEPER = ("templates.gatekeeper.sh", "constraints.gatekeeper.sh")
_CONTROLLERS = frozenset({"cronjobs", "daemonsets", "deployments", "jobs", "statefulsets"})

_REPORT = '{"kind":"ClusterReport"'
_FINE = frozenset({"pass", "skip"})
_BROKEN = "compilation error: "
"""How Gatekeeper begins the message of a violation that is none: the template's CEL does not compile."""


@dataclass(frozen=True)
class Violation:
    """One object that breaks one policy.

    Attributes:
        engine: who says so.
        policy: the policy's name.
        action: what happens in the cluster: the object is refused, or accepted and reported.
        api_version: of the object.
        kind: of the object.
        namespace: of the object; empty for a cluster-scoped one.
        name: of the object.
        message: what is wrong, in the engine's words.

    """

    engine: Engine
    policy: str
    action: Action
    api_version: str
    kind: str
    namespace: str
    name: str
    message: str

    @property
    def target(self) -> str:
        """The object as "Kind namespace/name", or "Kind name"."""
        return full_name(self.kind, self.namespace, self.name)


def compiled(objects: Iterable[Manifest]) -> list[Manifest]:
    """Return those of a platform's objects that the engines read: policies, exceptions, templates, constraints."""
    return [item for item in objects if group_of(item["apiVersion"]) in (_KYVERNO, *_GATEKEEPER)]


def about_signatures(policies: Iterable[Manifest]) -> list[str]:
    """Return the names of the policies about signatures, which `judge` leaves out: they need the registries."""
    return sorted({_policy(item) for item in policies if item["kind"] == _SIGNATURES})


def judge(
    policies: Sequence[Manifest],
    objects: Sequence[Manifest],
    namespaces: Mapping[str, Mapping[str, str]],
    beside: Sequence[Manifest] = (),
) -> list[Violation]:
    """Ask both engines about objects.

    Args:
        policies: what the engines read (see `compiled`).
        objects: what is judged; each object in a namespace names it.
        namespaces: the labels of each namespace that the objects name.
        beside: what else is in the cluster, for policies that compare objects with each other.

    Returns:
        what breaks a policy, by the order of the objects, then by policy.

    Raises:
        PlatformError: a program is missing, or a policy does not compile.

    """
    judged = [stored(item) for item in objects if not compiled([item])]
    order = {key: position for position, key in reversed(list(enumerate(map(_key, judged))))}
    found = [
        *_kyverno(
            [item for item in policies if group_of(item["apiVersion"]) == _KYVERNO], judged, namespaces
        ),
        *_gatekeeper(
            [item for item in policies if group_of(item["apiVersion"]) in _GATEKEEPER],
            [*judged, *(item for item in beside if _key(item) not in order and not compiled([item]))],
            namespaces,
        ),
    ]
    keyed = [(order.get((one.api_version, one.kind, one.namespace, one.name)), one) for one in found]
    return [
        one
        for _, one in sorted(
            ((position, one) for position, one in keyed if position is not None),
            key=lambda pair: (pair[0], pair[1].policy, pair[1].message),
        )
    ]


def _kyverno(
    policies: Sequence[Manifest], objects: Sequence[Manifest], namespaces: Mapping[str, Mapping[str, str]]
) -> Iterator[Violation]:
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
            yield from _kyverno_apply(
                [asked[position][1] for position in looking], exceptions, alike, namespaces
            )


def _kyverno_apply(
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
        output = run("kyverno", "apply", *arguments, answer=_REPORT)
    # Before the report it tells of each mutation.
    start = output.find(_REPORT)
    for result in json.loads(output[start:])["results"] if start >= 0 else ():
        if result["result"] in _FINE:
            continue
        policy = by_name[result["policy"]]
        (item,) = result["resources"]
        yield Violation(
            "kyverno",
            _policy(policy),
            Action.DENY if "Deny" in policy["spec"].get("validationActions", ()) else Action.AUDIT,
            item["apiVersion"],
            item["kind"],
            item.get("namespace", ""),
            item["name"],
            result.get("message", ""),
        )


def _gatekeeper(
    policies: Sequence[Manifest], objects: Sequence[Manifest], namespaces: Mapping[str, Mapping[str, str]]
) -> Iterator[Violation]:
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
        output = run("gatekeeper", "test", f"--filename={everything}", "--output=json", answer="[")
    for result in json.loads(output) or ():
        constraint, item = result["constraint"], result["violatingObject"]
        if result["msg"].startswith(_BROKEN):
            fail(
                f"policy {_policy(constraint)!r}",
                result["msg"].removeprefix(_BROKEN),
                "expressions that compile",
                f"mend the expressions of {constraint['kind']}",
            )
        yield Violation(
            "gatekeeper",
            _policy(constraint),
            Action.DENY if result["enforcementAction"] == "deny" else Action.AUDIT,
            item["apiVersion"],
            item["kind"],
            item["metadata"].get("namespace", ""),
            item["metadata"]["name"],
            result["msg"],
        )


def _policy(item: Manifest) -> str:
    metadata = item["metadata"]
    return str((metadata.get("annotations") or {}).get(POLICY, metadata["name"]))


def _key(item: Manifest) -> tuple[str, str, str, str]:
    metadata = item["metadata"]
    return item["apiVersion"], item["kind"], metadata.get("namespace", ""), metadata.get("name", "")


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
