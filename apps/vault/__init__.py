"""Vault: secrets that programs ask for at run time. Raft storage, and the injector that brings them to pods.

Vault starts uninitialised and sealed, and is sealed again whenever its pod restarts; nothing in git can
change that without keeping the key beside the lock. `vault operator init` once and `vault operator unseal`
after each start are done by hand, the keys stay outside. A sealed Vault counts as healthy, or every later
wave of the platform would wait for a person; the alert VaultSealed says what health does not.

It listens in clear text: between nodes Cilium encrypts, at the gateway Kong does. A cluster with a key
management service should have Vault unseal itself by it (a `seal` stanza), and nobody else needs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import (
    Application,
    Chart,
    Context,
    IgnoreDifferences,
    Namespace,
    Route,
    RunTime,
    Synchronization,
    SyncWave,
)
from platform_stack.model.flow import Flow, uses_api_server, within

from ..cert_manager import cert_manager
from ..gatekeeper import gatekeeper
from ..kyverno import kyverno
from ..shared.endpoints import RATE_LIMIT
from .certificate import INJECTOR_CERTIFICATE, INJECTOR_HOST, NAMESPACE, injector_certificate
from .monitoring import vault_monitoring
from .values import VAULT, vault_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(injector_certificate(), wave=SyncWave.SECRET)  # the injector mounts it
    for item in vault_monitoring(
        NAMESPACE, injector_secret=INJECTOR_CERTIFICATE, injector_host=INJECTOR_HOST
    ):
        chart.add(item)


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server(),
        within("vault", ports=("http", "https-internal"), because="elects and replicates", source=("vault",)),
    )


vault = Application(
    name="vault",
    run_time=RunTime(
        objects={
            "Service vault/vault-active": "Vault labels its own pods",
            "Service vault/vault-standby": "Vault labels its own pods",
        },
    ),
    flows=_flows,
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="it must open without the mesh, and the API server calls its injector",
        ),
    ),
    depends_on=(cert_manager, gatekeeper, kyverno),
    charts=(
        Chart(
            repository="https://helm.releases.hashicorp.com",
            name="vault",
            version="0.34.1",
            values=vault_values,
        ),
    ),
    manifests=_manifests,
    routes=(Route(host="vault", service=VAULT, plugins=(RATE_LIMIT,)),),
    sync=Synchronization(
        ignore_differences=(
            IgnoreDifferences(
                group="admissionregistration.k8s.io",
                kind="MutatingWebhookConfiguration",
                jq_path_expressions=(".webhooks[]?.clientConfig.caBundle",),
                because="cert-manager writes its CA where the chart says it is empty",
            ),
        ),
    ),
)
