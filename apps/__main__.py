"""The clusters: edit this file, then run `make synth`."""

from pathlib import Path

from platform_stack import Cluster, Platform

from . import APPLICATIONS, BOOTSTRAP
from .policies import POLICIES
from .policies.cluster import cluster_exceptions

KIND = Cluster(
    name="kind",
    repo_url="https://github.com/example/kubernetes-platform-stack",
    revision="main",
    domain="platform.test",
    load_balancer_range="172.18.1.0/24",
    profile="laptop",
    iscsi=False,
)

_HERE = Path(__file__).absolute().parent

PLATFORM = Platform(
    bootstrap=BOOTSTRAP,
    applications=APPLICATIONS,
    policies=POLICIES,
    exceptions=cluster_exceptions,
    clusters=(KIND,),
    facts=_HERE.parent / "imports" / "facts",
    secrets=_HERE / "secrets",
)

if __name__ == "__main__":  # `python -m apps` does what `platform-stack synth` does
    PLATFORM.synth()
