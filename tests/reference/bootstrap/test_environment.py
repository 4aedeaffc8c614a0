"""dist/<cluster>/bootstrap/cluster.env: what synth writes, a shell reads and doctor reads."""

from __future__ import annotations

import yaml

from platform_stack.bootstrap import read

from .conftest import ROOT


def test_the_pins_are_those_of_the_applications() -> None:
    """The Application that adopts a chart must ask for the version that the script installed."""
    folder = ROOT / "dist/kind"
    for line in read(folder)["CHARTS"].splitlines():
        name, namespace, release, version, values, *reference = line.split()
        application = yaml.safe_load((folder / f"root/Application.{name}.yaml").read_text())
        (source,) = [each for each in application["spec"]["sources"] if "chart" in each]
        assert (source["targetRevision"], source["chart"]) == (version, reference[-1])
        assert source["repoURL"] == reference[1]
        assert source["helm"]["releaseName"] == release
        assert source["helm"]["valueFiles"] == [f"$values/dist/kind/{values}"]
        assert application["spec"]["destination"]["namespace"] == namespace


def test_what_the_script_names_at_its_end_is_in_dist() -> None:
    """The script names Secrets of the platform; a rename must not leave it behind."""
    script = (ROOT / "bootstrap.sh").read_text()
    authority = yaml.safe_load(
        (ROOT / "dist/kind/apps/cert-manager/manifests/Certificate.platform-ca.yaml").read_text()
    )
    name, namespace = authority["spec"]["secretName"], authority["metadata"]["namespace"]
    assert f"get secret {name} -n {namespace} " in script
    assert "monitoring grafana-admin prometheus" in read(ROOT / "dist/kind")["SECRETS"].splitlines()
    assert "get secret grafana-admin -n monitoring " in script
