"""Names of images: our reading against one written from the specification, and what is allowed for them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_stack import PlatformError, Tenant
from platform_stack.integrations.kyverno.registries import (
    allowed_registries,
    check_registry,
    registry,
    repository,
)

if TYPE_CHECKING:
    from platform_stack.admission import Estate

# The grammar of https://pkg.go.dev/github.com/distribution/reference, as one expression.
_REFERENCE = re.compile(
    r"(?:(?P<host>localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]+)?|[a-z0-9-]+:[0-9]+)/)?"
    r"(?P<path>[a-z0-9._-]+(?:/[a-z0-9._-]+)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def oracle(image: str) -> tuple[str, str]:
    """Return host and path of an image, from the grammar."""
    found = _REFERENCE.fullmatch(image)
    assert found, image
    host, path = found["host"] or "docker.io", found["path"]
    if host == "index.docker.io":
        host = "docker.io"
    if host == "docker.io" and "/" not in path:
        path = f"library/{path}"
    return host, path


_part = st.from_regex(r"[a-z0-9]{1,5}([._-][a-z0-9]{1,4})?", fullmatch=True)
_hosts = st.sampled_from(
    [
        "",
        "ghcr.io/",
        "docker.io/",
        "index.docker.io/",
        "localhost/",
        "localhost:5000/",
        "registry:5000/",
        "a.b.c:80/",
    ]
)


@st.composite
def images(draw: st.DrawFn) -> str:
    """Make the name of an image: any host, one to three parts, with or without tag and digest."""
    host = draw(_hosts)
    # Without a host, a first part with a dot would be one.
    first = draw(
        st.from_regex(r"[a-z0-9]{2,6}(-[a-z0-9]{1,4})?", fullmatch=True).filter(
            lambda part: part != "localhost"
        )
    )
    parts = [first, *draw(st.lists(_part, max_size=2))]
    tag = draw(st.sampled_from(["", ":1.2.3", ":latest", ":v1"]))
    digest = draw(st.sampled_from(["", "@sha256:" + "0a" * 32]))
    return host + "/".join(parts) + tag + digest


@given(images())
def test_a_repository_is_read_as_the_grammar_says(image: str) -> None:
    host, path = oracle(image)
    assert repository(image) == f"{host}/{path}"


@given(images())
def test_what_is_allowed_for_an_image_covers_it_and_no_whole_host(image: str) -> None:
    host, path = oracle(image)
    allowed = registry(image)
    assert f"{host}/{path}/".startswith(f"{allowed}/")
    assert allowed != host
    assert not (allowed.endswith("/library") and path.endswith(allowed.rpartition("/")[2]))
    assert check_registry("here", allowed) == allowed


@given(images())
def test_the_name_of_a_repository_is_its_own(image: str) -> None:
    assert repository(repository(image)) == repository(image)


@pytest.mark.parametrize(
    ("image", "allowed"),
    [
        ("openpolicyagent/gatekeeper:v3.23.0", "docker.io/openpolicyagent"),
        ("chrislusf/seaweedfs:4.44", "docker.io/chrislusf"),
        ("kong:3.9.1", "docker.io/library/kong"),
        ("docker.io/library/kong:3.9.1", "docker.io/library/kong"),
        ("ecr-public.aws.com/docker/library/redis:8", "ecr-public.aws.com/docker/library/redis"),
        ("quay.io/cilium/cilium:v1@sha256:" + "0" * 64, "quay.io/cilium"),
        ("registry.k8s.io/pause:3.10", "registry.k8s.io/pause"),
        ("localhost:5000/team/web", "localhost:5000/team"),
    ],
)
def test_registries_are_an_organisation_wide_at_most(image: str, allowed: str) -> None:
    assert registry(image) == allowed


@pytest.mark.parametrize(
    "value",
    [
        "",
        "*",
        "*/team",
        "ghcr.io/*",
        "docker.io",
        "index.docker.io",
        "docker.io/library",
        "team",
        "team/web",
        "GHCR.io/x",
    ],
)
def test_a_registry_that_is_too_wide_is_refused(value: str) -> None:
    with pytest.raises(PlatformError, match="here\n"):
        check_registry("here", value)


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ("ghcr.io/team", "ghcr.io/team"),
        ("registry.example.test", "registry.example.test"),
        ("index.docker.io/team", "docker.io/team"),
        ("localhost:5000/team", "localhost:5000/team"),
    ],
)
def test_a_registry_is_spelled_out(value: str, spelled: str) -> None:
    assert check_registry("here", value) == spelled


def _estate(*tenants: Tenant) -> Estate:
    """Return an estate with two images and these tenants."""
    platform = SimpleNamespace(tenants=tenants)
    return cast(
        "Estate",
        SimpleNamespace(images=("kong:3.9.1", "quay.io/a/b:1"), context=SimpleNamespace(platform=platform)),
    )


def test_the_rule_knows_the_images_of_the_platform_the_list_and_the_tenants() -> None:
    one = Tenant(
        name="one",
        group="g",
        contact="c",
        namespaces=("one", "one-test"),
        registries=("quay.io/z", "ghcr.io/one"),
    )
    two = Tenant(name="two", group="g", contact="c")
    rule = allowed_registries("ghcr.io/us")(_estate(one, two))
    assert rule.variables["everywhere"] == '["docker.io/library/kong", "ghcr.io/us", "quay.io/a"]'
    own = '["ghcr.io/one", "quay.io/z"]'
    assert (
        rule.variables["own"]
        == f'{{"one": {own}, "one-test": {own}}}[?object.metadata.namespace].orValue([])'
    )


def test_a_tenant_may_not_bring_all_of_docker_hub() -> None:
    wide = Tenant(name="wide", group="g", contact="c", registries=("docker.io",))
    with pytest.raises(PlatformError, match="tenant 'wide': registries"):
        allowed_registries()(_estate(wide))
