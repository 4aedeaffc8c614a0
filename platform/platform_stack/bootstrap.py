"""What bootstrap.sh needs to know of a cluster: shell variables in dist/<cluster>/bootstrap/cluster.env."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from platform_stack.errors import fail, short_path
from platform_stack.integrations.argo_cd import applications
from platform_stack.kubernetes import KUBERNETES_VERSION
from platform_stack.model import ArgoCd
from platform_stack.yaml_output import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from platform_stack.budget import Request
    from platform_stack.model import Application, Chart, Cluster, Context

FILE = "bootstrap/cluster.env"
"""The file's path in the cluster's folder."""


def environment(context: Context, requested: Request) -> bytes:
    """Return the file: one `NAME=value` for each variable, quoted for a shell.

    CRDS and CHARTS hold a line for each chart of the bootstrap, in the order of installation: application,
    namespace, release, version, the file of values in the cluster's folder, and how helm is told of the chart.
    Of the charts of CRDS only the CustomResourceDefinitions are applied. SECRETS holds a line for each Secret that is
    not in git: namespace, name, application. ROUTES holds a URL a line. REQUESTED_MIB is the memory that all
    pods request. ARGO_CD_NAMESPACE and ROOT are there where they are not `argocd` and `root`.

    Args:
        context: the cluster.
        requested: the sum of its workloads' requests.

    """
    cluster, platform = context.cluster, context.platform
    variables = {
        "CLUSTER": cluster.name,
        "PROFILE": cluster.profile,
        "KUBERNETES_VERSION": KUBERNETES_VERSION,
        "REPO_URL": cluster.repo_url,
        "REVISION": cluster.revision,
        "LOAD_BALANCER_RANGE": cluster.load_balancer_range,
        **_elsewhere(cluster),
        "REQUESTED_MIB": f"{requested.memory / 2**20:.0f}",
        "CRDS": _lines(
            _chart(context, member, chart)
            for member in platform.members
            for chart in member.charts
            if chart.custom_resources_with_bootstrap
        ),
        "CHARTS": _lines(
            _chart(context, member, chart) for member in platform.bootstrap for chart in member.charts
        ),
        "SECRETS": _lines(
            (secret.namespace, secret.name, member.name)
            for member in platform.members
            for secret in member.secrets
        ),
        "ROUTES": _lines((route.url(cluster),) for member in platform.members for route in member.routes),
    }
    return (HEADER + "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())).encode()


def read(folder: Path) -> Mapping[str, str]:
    """Return the variables of a cluster's folder of dist/.

    Raises:
        PlatformError: the folder has no such file, or it is not what synth writes.

    """
    path = folder / FILE
    try:
        words = shlex.split(path.read_text(), comments=True)
    except (OSError, ValueError) as error:
        fail(
            short_path(path),
            getattr(error, "strerror", None) or str(error),
            "the file that synth writes for bootstrap.sh",
            "platform-stack synth",
        )
    return dict(word.split("=", 1) for word in words if "=" in word)


def _elsewhere(cluster: Cluster) -> dict[str, str]:
    usual, own = ArgoCd(), cluster.argo_cd
    return {
        name: value
        for name, value, default in (
            ("ARGO_CD_NAMESPACE", own.namespace, usual.namespace),
            ("ROOT", own.root, usual.root),
        )
        if value != default
    }


def _chart(context: Context, member: Application, chart: Chart) -> tuple[str, ...]:
    bootstrap = member.name not in context.platform.waves
    repository = chart.repository_for(context.cluster.chart_mirror)
    oci = repository.startswith("oci://")
    return (
        member.name,
        member.namespace_of(chart),
        chart.release,
        chart.version,
        applications.values_path(member, chart, bootstrap=bootstrap),
        f"{repository.rstrip('/')}/{chart.name}" if oci else f"--repo {repository} {chart.name}",
    )


def _lines(rows: Iterator[tuple[str, ...]]) -> str:
    return "\n".join(" ".join(row) for row in rows)
