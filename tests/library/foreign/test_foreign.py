"""Platforms of other products than the reference's: the library knows roles, not names."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from platform_stack import Context
from platform_stack.checks import Phase, errors, warnings
from platform_stack.model.cluster import PROFILES
from platform_stack.recorded import releases
from tests.engines import ROOT
from tests.library.foreign.argo_cd import NAMESPACE as ARGO_CD
from tests.library.foreign.made import NAMES, made, objects, platform

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack import Profile

PRODUCTS = (
    *("kong", "istio", "kyverno", "gatekeeper", "grafana", "sealed", "loki", "tempo", "falco", "vault"),
    *("velero", "longhorn"),
)
"""What neither of them has."""

OTHERS = {"calico": ("cilium", "cert-manager", "httproute"), "envoy": ("calico", "nginx", "monitor")}
"""What one has, and the other has not."""

each = pytest.mark.parametrize("name", NAMES)
each_profile = pytest.mark.parametrize("profile", PROFILES)


@each
def test_the_same_bytes_come_out_of_every_process(name: str, tmp_path: Path) -> None:
    trees = []
    for seed in ("1", "2"):
        output = tmp_path / seed
        command = [sys.executable, "-m", "platform_stack", "--platform", f"tests.library.foreign.{name}"]
        subprocess.run(
            [*command, "synth", "--output", str(output)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        folder = output / name
        trees.append(
            {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        )
    assert trees[0] == trees[1]
    assert trees[0] == dict(made(name).files)


@each
@each_profile
def test_the_facts_are_those_of_the_pinned_charts_and_values(name: str, profile: Profile) -> None:
    declared = platform(name, profile)
    found = list(releases(declared, Context(declared, declared.clusters[0])))
    assert found
    assert {release.chart.release for release in found if release.facts is None or release.stale} == set()


@each
@each_profile
def test_every_rule_is_content(name: str, profile: Profile) -> None:
    estates = [made(name, profile).estate]
    assert [str(finding) for finding in errors(estates, *Phase)] == []
    assert [str(finding) for finding in warnings(estates, *Phase)] == []


@each
def test_nothing_names_a_product_that_is_not_there(name: str) -> None:
    absent = (*PRODUCTS, *OTHERS[name])
    found = {
        (path, word)
        for path, content in made(name).files.items()
        # What a chart's CRDs are called is what an AppProject allows, and the values are the user's own.
        if "values" not in path and not path.startswith("root/AppProject.")
        for word in absent
        if word in f"{path}\n{content.decode()}".lower()
    }
    assert found == set()


@each
def test_argo_cds_own_objects_are_in_its_namespace(name: str) -> None:
    own = [
        document
        for path, content in made(name).files.items()
        if path.endswith(".yaml")
        for document in yaml.safe_load_all(content)
        if document and str(document.get("apiVersion", "")).startswith("argoproj.io/")
    ]
    assert len(own) >= 3 * len(platform(name).members)
    assert {item["metadata"]["namespace"] for item in own} == {ARGO_CD}
    text = b"\n".join(made(name).files.values()).decode()
    assert re.findall(r"namespace: argocd\b.*", text) == []


@each
def test_every_kind_is_read_by_somebody(name: str) -> None:
    """A route is of the kind that its gateway reads, and a monitor is only where somebody scrapes."""
    kinds = {item["kind"] for item in objects(name)}
    assert kinds & {"Ingress", "HTTPRoute"} == ({"Ingress"} if name == "calico" else {"HTTPRoute"})
    assert ("ServiceMonitor" in kinds) == (name == "calico")
    assert ("CiliumNetworkPolicy" in kinds) == (name == "envoy")
