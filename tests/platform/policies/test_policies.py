"""Policies of the platform."""

from __future__ import annotations

from apps.__main__ import PLATFORM
from apps.policies import POLICIES
from platform_stack import (
    Application,
    Context,
    Namespace,
    Platform,
)
from platform_stack.policies import Estate
from platform_stack.policies.kyverno import objects
from platform_stack.typed import to_manifest
from tests.described import made


def test_each_policy_of_the_catalogue_says_what_to_do() -> None:
    for one in POLICIES:
        if one.engine == "kyverno":
            for sentence in (one.asks, one.protects_from, one.hint):
                assert sentence.endswith("."), one.name


def test_the_objects_of_the_catalogue_have_names_of_their_own() -> None:
    policies = tuple(one for one in POLICIES if one.engine == "kyverno")
    app = Application(name="web", namespaces=(Namespace(name="web"),))
    platform = Platform(applications=(app,), clusters=PLATFORM.clusters[:1], policies=policies)
    made = [
        to_manifest(item)
        for item, _ in objects(Estate(Context(platform, PLATFORM.clusters[0]), {}), policies)
    ]
    names = [(item["kind"], item["metadata"]["name"]) for item in made]  # type: ignore[index]
    assert len(set(names)) == len(names) > len(policies)


def test_nothing_that_looks_at_a_subresource_is_scanned_in_the_background() -> None:
    """Such a policy is never `ready`: the reports controller cannot list a subresource."""
    for items in made().objects.values():
        for item in items:
            if item["kind"] == "ValidatingPolicy":
                rules = item["spec"]["matchConstraints"]["resourceRules"]
                looks = any("/" in name for rule in rules for name in rule["resources"])
                assert item["spec"]["evaluation"]["background"]["enabled"] is not looks, item["metadata"]
