"""Objects lie where their application says, also those whose chart leaves it open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platform_stack import Application, Chart, Cluster, Namespace, Platform, PlatformError
from platform_stack.facts import ChartFacts, Rendered, values_digest, write
from platform_stack.synth import synthesize

if TYPE_CHECKING:
    from pathlib import Path

JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "hook", "namespace": "store"},
    "spec": {"template": {"spec": {"containers": []}}},
}


def platform(folder: Path, *namespaces: str) -> Platform:
    write(
        folder / "web" / "store.json",
        ChartFacts(
            chart="store",
            repository="https://charts.example.test",
            version="1.0.0",
            app_version="",
            custom_resource_definitions=(),
            values={"type": "object"},
            profiles={"laptop": Rendered(values_digest("1.0.0", {}), (JOB,), ("Job hook",))},
        ),
    )
    chart = Chart(repository="https://charts.example.test", name="store", version="1.0.0", namespace="store")
    web = Application(
        name="web", namespaces=tuple(Namespace(name=name) for name in namespaces), charts=(chart,)
    )
    cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
    return Platform(applications=(web,), clusters=(cluster,), facts=folder)


def test_an_object_without_a_namespace_must_not_land_elsewhere_than_helm_puts_it(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="Argo CD puts the object into 'web' otherwise"):
        synthesize(platform(tmp_path, "web", "store"))


def test_it_may_lie_in_the_namespace_of_the_destination(tmp_path: Path) -> None:
    (made,) = synthesize(platform(tmp_path, "store", "web"))
    assert made.warnings == ()
