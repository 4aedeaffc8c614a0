"""What several tests need: a small platform, and a folder that no test shares with another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.model.cluster import PROFILES

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack import Profile


# How long an example takes says how busy the machine is: times are what `make bench` is for.
settings.register_profile("without a deadline", deadline=None)
settings.load_profile("without a deadline")


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> Profile:
    """Return each profile of a cluster."""
    value: Profile = request.param
    return value


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(name="test", repo_url="https://git.example.test/platform")


@pytest.fixture
def no_facts(tmp_path: Path) -> Path:
    """Return an empty facts folder."""
    folder = tmp_path / "facts"
    folder.mkdir()
    return folder


@pytest.fixture
def platform(cluster: Cluster, no_facts: Path) -> Platform:
    """Return a platform of three applications without charts: c depends on b, b on a."""
    a = Application(name="a", namespaces=(Namespace(name="a"),))
    b = Application(name="b", namespaces=(Namespace(name="b"),), depends_on=(a,))
    c = Application(name="c", namespaces=(Namespace(name="c"),), depends_on=("b",))
    return Platform(applications=(a, b, c), clusters=(cluster,), facts=no_facts)
