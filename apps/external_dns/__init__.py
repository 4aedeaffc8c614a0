"""external-dns: makes a DNS record of each route.

By default it writes into a DNS server in the cluster (`dns_server.py`), which needs no account anywhere;
CLOUD in `values.py` has it write into a zone of a cloud instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, Namespace, PolicyException, RunTime, SyncWave
from platform_stack.model.flow import Flow, exposed, uses_api_server, within

from ..cilium import cilium
from ..gatekeeper import gatekeeper
from ..kyverno import kyverno
from .dns_server import DNS, ETCD, NAMESPACE, dns_server
from .monitoring import external_dns_monitoring
from .values import CLOUD, external_dns_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _manifests(chart: ManifestChart, context: Context) -> None:
    if not CLOUD:
        for item in dns_server(context.cluster):
            chart.add(item, wave=SyncWave.CHART - 1)  # external-dns ends when etcd does not answer
    for item in external_dns_monitoring(in_cluster=not CLOUD):
        chart.add(item)


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server("external-dns"),
        *(
            ()
            if CLOUD
            else (
                within(
                    ETCD.name,
                    ports=(2379,),
                    because="keeps the records there",
                    source=("external-dns", DNS.name),
                ),
                exposed(DNS.name, ports=(1053,), because="answers DNS queries"),
                exposed(DNS.name, ports=(1053,), because="answers DNS queries", protocol="UDP"),
            )
        ),
    )


external_dns = Application(
    name="external-dns",
    run_time=RunTime(known_idle={"external-dns": "27-43Mi", "dns-etcd": "9Mi", "platform-dns": "14Mi"}),
    flows=_flows,
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="its three sidecars are not in the laptop's budget, and DNS over UDP goes around them",
        ),
    ),
    depends_on=(cilium, gatekeeper, kyverno),
    charts=(
        Chart(
            repository="https://kubernetes-sigs.github.io/external-dns/",
            name="external-dns",
            version="1.21.1",
            values=external_dns_values,
        ),
    ),
    manifests=_manifests,
    exceptions=()
    if CLOUD
    else (
        PolicyException(
            policy="no-load-balancer",
            kind="Service",
            name=DNS.name,
            because="the machine outside asks it for the names of the routes; the gateway speaks no DNS",
            owner="platform team",
        ),
    ),
)
