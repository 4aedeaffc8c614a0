from __future__ import annotations

import dataclasses

import pytest

from platform_stack import Application, Chart, Cluster, Context, Namespace, Platform, PlatformError, Service


def test_a_cluster_needs_a_name_and_a_git_url_only() -> None:
    cluster = Cluster(name="kind", repo_url="https://github.com/you/platform")
    assert (cluster.revision, cluster.domain, cluster.load_balancer_range) == (
        "main",
        "platform.test",
        "172.18.1.0/24",
    )
    assert (cluster.profile, cluster.iscsi, cluster.chart_mirror) == ("laptop", False, None)
    assert cluster.path == "dist/kind"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/you/platform",
        "https://github.com/you/platform.git",
        "http://127.0.0.1:8080/platform",
        "ssh://git@github.com/you/platform",
        "git@github.com:you/platform.git",
        "file:///srv/git/platform",
    ],
)
def test_git_urls_that_argo_cd_takes(url: str) -> None:
    assert Cluster(name="kind", repo_url=url).repo_url == url


@pytest.mark.parametrize(
    "url",
    ["", "https:///you/platform", "github.com/you/platform", "/srv/git", "file://host/srv", "ftp://a/b"],
)
def test_git_urls_that_argo_cd_does_not_take(url: str) -> None:
    with pytest.raises(PlatformError, match="repo_url"):
        Cluster(name="kind", repo_url=url)


def test_a_password_in_a_git_url_is_refused_and_not_printed() -> None:
    with pytest.raises(PlatformError) as error:
        Cluster(name="kind", repo_url="https://me:hunter2@github.com/you/platform")
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("version", ["1.2.3", "v1.21.1", "1.2.3-rc.1", "1.2.3+build.5"])
def test_exact_versions(version: str) -> None:
    assert Chart(repository="https://charts.example.test", name="a", version=version).version == version


@pytest.mark.parametrize(
    "version", ["1.x", "latest", ">=1", "1.2", "~1.2.3", "^1.2.3", "*", "1.2.3 || 1.2.4", ""]
)
def test_inexact_versions(version: str) -> None:
    with pytest.raises(PlatformError, match="an exact version"):
        Chart(repository="https://charts.example.test", name="a", version=version)


def test_a_release_is_named_like_its_chart_and_lives_in_the_first_namespace() -> None:
    chart = Chart(repository="https://charts.example.test", name="podinfo", version="1.2.3")
    application = Application(
        name="web", namespaces=(Namespace(name="web"), Namespace(name="other")), charts=(chart,)
    )
    assert chart.release == "podinfo"
    assert application.namespace_of(chart) == "web"


def test_the_name_of_a_chart_may_have_dots_and_that_of_a_release_has_none() -> None:
    def chart(release: str) -> Chart:
        repository = "https://docs.tigera.io/calico/charts"
        return Chart(
            repository=repository, name="crd.projectcalico.org.v1", version="v3.32.1", release=release
        )

    assert chart("calico-crds").name == "crd.projectcalico.org.v1"
    with pytest.raises(PlatformError, match=r"chart 'crd\.projectcalico\.org\.v1': release"):
        chart("")


def test_values_may_be_a_function_of_the_context(platform: Platform, cluster: Cluster) -> None:
    chart = Chart(
        repository="https://charts.example.test",
        name="a",
        version="1.2.3",
        values=lambda context: {"host": f"a.{context.cluster.domain}"},
    )
    assert chart.values_for(Context(platform, cluster)) == {"host": "a.platform.test"}


def test_a_service_is_an_address_that_others_take() -> None:
    assert Service(name="loki", namespace="logging", port=3100).url == "http://loki.logging.svc:3100"


def test_dependencies_may_be_applications_or_names(platform: Platform) -> None:
    assert platform.waves == {"a": 0, "b": 1, "c": 2}
    assert platform.reach["c"] == {"a", "b"}


def test_the_bootstrap_layer_comes_before_every_application(platform: Platform) -> None:
    network = Application(name="network", namespaces=(Namespace(name="network"),))
    user = Application(name="user", namespaces=(Namespace(name="user"),), depends_on=(network,))
    with_bootstrap = dataclasses.replace(platform, bootstrap=(network,), applications=(user,))
    assert with_bootstrap.waves == {"user": 0}
    assert with_bootstrap.reach["user"] == {"network"}


def test_a_chart_may_go_to_a_namespace_that_the_application_shares() -> None:
    owner = Application(name="owner", namespaces=(Namespace(name="shared"),))
    chart = Chart(repository="https://charts.example.test", name="a", version="1.2.3", namespace="shared")
    guest = Application(
        name="guest", namespaces=(), charts=(chart,), depends_on=(owner,), shares_namespaces_of=(owner,)
    )
    cluster = Cluster(name="kind", repo_url="https://github.com/you/platform")
    assert Platform(applications=(owner, guest), clusters=(cluster,)).members == (owner, guest)
