"""DNS records: what external-dns makes one of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platform_stack.model.cluster import PROFILES
from tests.described import made

if TYPE_CHECKING:
    from platform_stack import Profile


@pytest.mark.parametrize("profile", PROFILES)
def test_only_what_a_policy_gives_one_owner_becomes_a_record(profile: Profile) -> None:
    objects = made(profile).objects["external-dns"]
    (role,) = [item for item in objects if item["kind"] == "ClusterRole"]
    assert {name for rule in role["rules"] for name in rule["resources"]} == {"ingresses"}
    (container,) = [
        container
        for item in objects
        if item["kind"] == "Deployment" and item["metadata"]["name"] == "external-dns"
        for container in item["spec"]["template"]["spec"]["containers"]
    ]
    assert [one for one in container["args"] if one.startswith("--source=")] == ["--source=ingress"]
