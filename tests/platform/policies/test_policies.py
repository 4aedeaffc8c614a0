"""Policies of the platform."""

from __future__ import annotations

from apps.__main__ import PLATFORM
from tests.described import made


def test_each_says_what_to_do() -> None:
    for one in PLATFORM.policies:
        for sentence in (one.asks, one.protects_from, one.hint):
            assert sentence.endswith("."), one.name


def test_nothing_that_looks_at_a_subresource_is_scanned_in_the_background() -> None:
    """Such a policy is never `ready`: the reports controller cannot list a subresource."""
    for items in made().objects.values():
        for item in items:
            if item["kind"] == "ValidatingPolicy":
                rules = item["spec"]["matchConstraints"]["resourceRules"]
                looks = any("/" in name for rule in rules for name in rule["resources"])
                assert item["spec"]["evaluation"]["background"]["enabled"] is not looks, item["metadata"]
