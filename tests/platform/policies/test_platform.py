"""The platform obeys its own policies: the real engines judge every object of it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest
import yaml

from apps.tenants.sample import SAMPLE
from platform_stack import Action, Context
from platform_stack.admission import Estate, exceptions
from platform_stack.admission.judge import judge
from platform_stack.admission.programs import run, write
from platform_stack.integrations.kyverno.program import KYVERNO
from platform_stack.labels import POLICY
from platform_stack.model import RuntimeWorkload
from platform_stack.model.cluster import PROFILES
from tests.policies.estate import estate, namespaces, platform, policies, synthesized
from tests.policies.small import ENGINES

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack import Profile
    from platform_stack.admission.judge import Violation
    from platform_stack.facts import Manifest

pytestmark = pytest.mark.policies


@functools.cache
def judged(profile: Profile) -> tuple[list[Violation], list[Violation]]:
    """Return what breaks a policy when nothing is excepted, and what of that breaks it with the exceptions."""
    made = synthesized(profile)
    strict = synthesized(profile, with_exceptions=False)
    objects, labels = estate(profile), namespaces(made)
    everything = judge(ENGINES, policies(strict), objects, labels)
    broken = {(one.kind, one.namespace, one.name) for one in everything}
    suspects = [
        item
        for item in objects
        if (item["kind"], item["metadata"].get("namespace", ""), item["metadata"].get("name")) in broken
    ]
    names = {one.policy for one in everything}
    # An exception makes nothing worse: what was fine without it need not be asked again.
    asked = [
        item
        for item in policies(made)
        if item["kind"] != "ValidatingPolicy" or item["metadata"]["annotations"][POLICY] in names
    ]
    return everything, judge(ENGINES, asked, suspects, labels, beside=objects)


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_of_the_platform_is_refused(profile: Profile) -> None:
    _, still = judged(profile)
    assert [f"{one.policy}: {one.target}: {one.message}" for one in still if one.action is Action.DENY] == []


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_reported_but_what_is_excepted(profile: Profile) -> None:
    """Reports and audit of a new cluster say what is declared, and a new line in them is news."""
    _, still = judged(profile)
    assert [f"{one.policy}: {one.target}: {one.message}" for one in still] == []


def test_each_exception_is_needed_and_covers_its_object_alone() -> None:
    excused, declared = set(), set()
    for profile in PROFILES:
        everything, still = judged(profile)
        excused |= {(one.policy, one.target) for one in everything} - {
            (one.policy, one.target) for one in still
        }
        known = exceptions(
            Estate(Context(platform(profile), synthesized(profile).cluster), synthesized(profile).objects)
        )
        declared |= {
            (policy, one.target)
            for policy, found in known.items()
            for one in found
            # Its pods are made at run time: there is no object here that could be judged.
            if not isinstance(one.item, RuntimeWorkload)
        }
    assert sorted(declared - excused) == [], "exceptions that nothing needs"
    assert sorted(excused - declared) == [], "objects that pass only because of somebody else's exception"


def test_only_a_tenants_namespaces_and_what_lies_there_are_filled(tmp_path: Path) -> None:
    """What policies change and generate is looked at as it comes out."""
    made = synthesized()
    policies_that_act = [
        item for item in policies(made) if item["kind"] in ("GeneratingPolicy", "MutatingPolicy")
    ]
    before = {key(item): item for item in estate("laptop") if item["kind"] in ("Namespace", "ServiceAccount")}
    selectors = [{"name": name, "labels": dict(labels)} for name, labels in namespaces(made).items()]
    values = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values", "namespaceSelector": selectors}
    run(
        KYVERNO,
        "apply",
        write(tmp_path, "policies", policies_that_act),
        f"--resource={write(tmp_path, 'objects', before.values())}",
        f"--values-file={write(tmp_path, 'values', [values])}",
        f"--output={tmp_path / 'out'}",
        answer="pass: ",
    )
    after = [
        item
        for path in (tmp_path / "out").iterdir()
        for item in yaml.safe_load_all(path.read_text())
        if item and item != before.get(key(item))
    ]
    touched = {item["metadata"].get("namespace") or item["metadata"]["name"] for item in after}
    assert touched == set(SAMPLE.namespace_names)
    assert {"NetworkPolicy", "LimitRange", "ResourceQuota", "PeerAuthentication"} <= {
        item["kind"] for item in after
    }


def key(item: Manifest) -> tuple[str, str, str]:
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace", ""), metadata["name"]
