"""The committed dist/: fresh, valid, deterministic, and nothing in it that should not be."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import cdk8s
import pytest
import yaml

from apps.__main__ import PLATFORM
from platform_stack.checks import Phase, errors
from platform_stack.constructs import ManifestApp, ManifestChart
from platform_stack.model.cluster import PROFILES
from platform_stack.schemas import validate
from platform_stack.synth import Synthesized, synthesize
from platform_stack.writer import compare
from tests import described

ROOT = Path(__file__).parents[2]


CONSTRAINTS = "constraints.gatekeeper.sh/"


VARIANTS: dict[str, int | None] = {
    **{f"dist/{cluster.name}": index for index, cluster in enumerate(PLATFORM.clusters)},
    **dict.fromkeys(one for one in PROFILES if one != PLATFORM.clusters[0].profile),
}


@pytest.fixture(params=VARIANTS)
def made(request: pytest.FixtureRequest) -> Synthesized:
    """Return each cluster as it is committed, then the first on the other profile."""
    index = VARIANTS[request.param]
    return described.made(request.param) if index is None else described.committed()[index]


def kubernetes_objects(made: Synthesized) -> list[tuple[str, dict[str, Any]]]:
    """Every document that goes to the API server: not the values, not kind's own configuration."""
    return [
        (path, document)
        for path, content in made.files.items()
        if path.endswith(".yaml") and not path.endswith(".values.yaml")
        if "/values/" not in path and path != "bootstrap/kind.yaml"
        for document in yaml.safe_load_all(content)
    ]


def test_the_committed_dist_is_fresh() -> None:
    for made in described.committed():
        assert not compare(ROOT / "dist" / made.cluster.name, made.files)


def test_no_folder_of_a_cluster_that_is_no_more() -> None:
    assert sorted(path.name for path in (ROOT / "dist").iterdir()) == sorted(
        cluster.name for cluster in PLATFORM.clusters
    )


def test_the_recorded_facts_are_fresh(made: Synthesized) -> None:
    assert made.warnings == ()


def test_every_manifest_is_valid_against_its_schema(made: Synthesized) -> None:
    objects = kubernetes_objects(made)
    assert len(objects) > 20
    # Gatekeeper makes the kinds of constraints from the templates; synth itself checks their parameters.
    recorded = [(path, item) for path, item in objects if not item["apiVersion"].startswith(CONSTRAINTS)]
    problems = {path: found for path, item in recorded if (found := validate(item))}
    assert problems == {}


def test_every_kubernetes_object_went_through_a_cdk8s_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    apps: list[ManifestApp] = []
    original = ManifestApp.__init__

    def remember(self: ManifestApp) -> None:
        original(self)
        apps.append(self)

    monkeypatch.setattr(ManifestApp, "__init__", remember)
    (result,) = synthesize(described.on("laptop"))
    (app,) = apps
    from_charts = [
        identity(item)
        for chart in app.node.find_all()
        if isinstance(chart, ManifestChart)
        for item in cdk8s.Testing.synth(chart)
    ]
    in_files = [identity(item) for _, item in kubernetes_objects(result)]
    assert sorted(in_files) == sorted(from_charts)


def identity(item: dict[str, Any]) -> tuple[str, str, str]:
    return item["apiVersion"], item["kind"], item["metadata"]["name"]


def test_no_credential_is_in_dist(made: Synthesized) -> None:
    assert [path for path, item in kubernetes_objects(made) if item["kind"] == "Secret"] == []
    for path, content in made.files.items():
        if "/SealedSecret." in path:
            continue
        found = re.findall(
            rb"(?im)^\s*(?:\w*(?:password|token|secretkey|apikey))\s*:\s*(?!\{|\[|null|false|true|''|\"\")(\S+)",
            content,
        )
        assert found == [], path


def test_no_floating_version_is_in_dist(made: Synthesized) -> None:
    for path, content in made.files.items():
        assert not re.search(rb"(?i):\s*['\"]?(latest|HEAD)['\"]?\s*$", content, re.MULTILINE), path


def test_every_application_has_its_project_and_only_its_own_sources(made: Synthesized) -> None:
    objects = [item for _, item in kubernetes_objects(made)]
    projects = {item["metadata"]["name"]: item["spec"] for item in objects if item["kind"] == "AppProject"}
    for item in objects:
        if item["kind"] == "Application":
            project = projects[item["spec"]["project"]]
            assert {source["repoURL"] for source in item["spec"]["sources"]} <= set(project["sourceRepos"])
            assert "*" not in project["sourceRepos"]
            assert all(entry["namespace"] != "*" for entry in project["destinations"])
            assert all(entry["kind"] != "*" for entry in project["clusterResourceWhitelist"])


def test_every_values_file_that_an_application_names_exists(made: Synthesized) -> None:
    prefix = f"$values/{made.cluster.path}/"
    named = {
        value.removeprefix(prefix)
        for _, item in kubernetes_objects(made)
        if item["kind"] == "Application"
        for source in item["spec"]["sources"]
        for value in source.get("helm", {}).get("valueFiles", [])
    }
    there = {path for path in made.files if path.endswith(".values.yaml") or "/values/" in path}
    assert named == there


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "LC_ALL": "C"}],
    ids=["seed", "seed, time zone and locale"],
)
def test_another_process_in_another_folder_on_another_day_writes_the_same_bytes(
    environment: dict[str, str], tmp_path: Path
) -> None:
    copy = tmp_path / "another folder"
    copy.mkdir()
    shutil.copytree(ROOT / "apps", copy / "apps")
    shutil.copytree(ROOT / "imports" / "facts", copy / "imports" / "facts")
    program = (
        "import time, sys; later = time.time() + 400 * 86400; time.time = lambda: later;"
        "sys.argv = ['platform-stack', 'synth']; from platform_stack.cli import main; main()"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=copy,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    for made in described.committed():
        assert not compare(copy / "dist" / made.cluster.name, made.files)


def test_everything_leads_somewhere() -> None:
    for made in described.committed():
        assert errors([made.estate], Phase.ASKED) == []
