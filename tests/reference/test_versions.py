"""Each program that runs in the tests and the lab is one that this platform installs."""

from __future__ import annotations

import pytest

from tests.platform.test_versions import IMAGES, versions


@pytest.mark.parametrize("module", IMAGES)
def test_its_image_is_in_dist(module: str) -> None:
    assert versions(IMAGES[module])
