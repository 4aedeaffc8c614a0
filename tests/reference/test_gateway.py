"""Kong: one bad object does not stop everybody's routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.__main__ import PLATFORM
from apps.kong.values import kong_values
from platform_stack.model.cluster import PROFILES
from platform_stack.recorded import reference_context
from tests.described import made

if TYPE_CHECKING:
    from platform_stack import Profile


@pytest.mark.parametrize("profile", PROFILES)
def test_the_controller_leaves_out_what_kong_refuses(profile: Profile) -> None:
    values = kong_values(reference_context(PLATFORM, profile))
    # The controller does not start with the second alone (validateFallbackConfiguration in its pkg/manager/config).
    wanted = {"feature_gates": "FallbackConfiguration=true", "use_last_valid_config_for_fallback": "true"}
    assert wanted.items() <= values["ingressController"]["env"].items()
    containers = {
        container["name"]: {variable["name"] for variable in container["env"]}
        for item in made(profile).objects["kong"]
        if item["kind"] == "Deployment"
        for container in item["spec"]["template"]["spec"]["containers"]
    }
    assert {f"CONTROLLER_{name.upper()}" for name in wanted} <= containers["ingress-controller"]
