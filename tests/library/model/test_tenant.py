from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platform_stack import Application, Namespace, PlatformError, Quota, Repository, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable

GIT = "https://git.example.test/shop"
WEB = Repository(name="web", url=GIT)


def tenant(**more: object) -> Tenant:
    return Tenant(**{"name": "shop", "group": "shop-team", "contact": "shop@example.test"} | more)  # type: ignore[arg-type] # any field


def test_a_tenant_needs_a_name_a_group_and_a_contact_only() -> None:
    shop = tenant()
    assert shop.namespace_names == ("shop",)
    assert shop.quota == Quota(cpu="1", memory="1Gi", pods=20, storage="5Gi")
    assert (shop.registries, shop.repositories, shop.routes) == ((), (), ())


@pytest.mark.parametrize("mesh", [False, True])
def test_it_becomes_an_application_after_all_others(*, mesh: bool) -> None:
    web = Application(name="web", namespaces=(Namespace(name="web"),))
    made = tenant(namespaces=("shop", "shop-test")).application((web,), mesh=mesh)
    assert (made.name, made.dependencies) == ("tenant-shop", ("web",))
    assert (made.tier, made.owner) == ("tenant", "shop")
    assert [(one.name, one.pod_security, one.mesh) for one in made.namespaces] == [
        ("shop", "restricted", mesh),
        ("shop-test", "restricted", mesh),
    ]
    assert (web.tier, web.owner) == ("platform", "web")


def test_a_repository_goes_to_the_first_namespace_unless_it_says_another() -> None:
    test = Repository(name="test", url=GIT, namespace="shop-test")
    shop = tenant(namespaces=("shop", "shop-test"), repositories=(WEB, test))
    assert [shop.namespace_of(one) for one in shop.repositories] == ["shop", "shop-test"]
    assert [shop.application_of(one) for one in shop.repositories] == ["tenant-shop-web", "tenant-shop-test"]


@pytest.mark.parametrize("cpu", ["1", "500m", "0.5", "16"])
@pytest.mark.parametrize("memory", ["64Mi", "1Gi", "2G", "1073741824"])
def test_quantities(cpu: str, memory: str) -> None:
    annotations = Quota(cpu=cpu, memory=memory).annotations
    assert annotations["platform-stack.io/quota-cpu"] == cpu
    assert annotations["platform-stack.io/quota-memory"] == memory
    assert annotations["platform-stack.io/quota-pods"] == "20"
    assert annotations["platform-stack.io/quota-storage"] == "5Gi"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Quota(cpu="1Gi"), "cpu"),
        (lambda: Quota(cpu="0"), "cpu"),
        (lambda: Quota(cpu="-1"), "cpu"),
        (lambda: Quota(cpu=1), "cpu"),  # type: ignore[arg-type] # the mistake
        (lambda: Quota(memory="1 Gi"), "memory"),
        (lambda: Quota(memory="500m"), "memory"),
        (lambda: Quota(storage="much"), "storage"),
        (lambda: Quota(pods=0), "pods"),
        (lambda: Quota(pods="4"), "pods"),  # type: ignore[arg-type] # the mistake
        (lambda: Repository(name="Web", url=GIT), "did you mean 'web'"),
        (lambda: Repository(name="web", url="git.example.test/shop"), "url"),
        (lambda: Repository(name="web", url="https://me:hunter2@git.example.test/shop"), "credential"),
        (lambda: Repository(name="web", url=GIT, path="/deploy"), "path"),
        (lambda: Repository(name="web", url=GIT, path="../other"), "path"),
        (lambda: Repository(name="web", url=GIT, path="a/../../b"), "path"),
        (lambda: Repository(name="web", url=GIT, revision="HEAD"), "revision"),
        (lambda: Repository(name="web", url=GIT, revision=""), "revision"),
        (lambda: Repository(name="web", url=GIT, ports=(0,)), "ports"),
        (lambda: Repository(name="web", url=GIT, ports=("http",)), "ports"),  # type: ignore[arg-type] # the mistake
        (lambda: tenant(group=""), "group"),
        (lambda: tenant(group="shop-team "), "without space"),
        (lambda: tenant(group='the "shop"'), "without quotes"),
        (lambda: tenant(contact=" "), "contact"),
        (lambda: tenant(namespaces=("default",)), "Kubernetes' own"),
        (lambda: tenant(name="kube-public"), "Kubernetes' own"),
        (lambda: tenant(namespaces=("shop", "shop")), "twice"),
        (lambda: tenant(namespaces="shop"), "a tuple of text"),
        (lambda: tenant(repositories=(GIT,)), "a Repository"),
        (lambda: tenant(repositories=(WEB, WEB)), "twice"),
        (lambda: tenant(registries=("ghcr.io/",)), "registries"),
        (lambda: tenant(registries=("ghcr.io/Team",)), "registries"),
    ],
)
def test_what_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(PlatformError, match=message) as error:
        make()
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("registry", ["ghcr.io", "ghcr.io/team", "registry.example.test:5000/a/b_c"])
def test_registries(registry: str) -> None:
    assert tenant(registries=(registry,)).registries == (registry,)


@pytest.mark.parametrize("path", [".", "deploy", "deploy/production", ".argocd/a..b"])
@pytest.mark.parametrize("revision", ["main", "v1.2.3", "release/1.x", "0123abc"])
def test_folders_and_revisions(path: str, revision: str) -> None:
    assert Repository(name="web", url=GIT, path=path, revision=revision).path == path
