"""Falco: watches the system calls of every node and says when a container does what it should not.

Alerts go where everything else goes: to the log, as JSON, and to Prometheus as counters of each rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, Namespace, RunTime, SyncWave, excepted
from platform_stack_imports import k8s

from ..gatekeeper import gatekeeper
from ..kyverno import kyverno
from ..sealed_secrets import sealed_secrets
from ..shared.values import PLATFORM_TEAM
from ..vault import vault
from .monitoring import falco_monitoring
from .rules import rules
from .values import NAMESPACE, RULES, falco_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _namespaces(*applications: Application) -> set[str]:
    return {namespace.name for application in applications for namespace in application.namespaces}


def _manifests(chart: ManifestChart, context: Context) -> None:
    # The chart mounts this ConfigMap even where it does not make it, with falcoctl off.
    chart.add(
        k8s.ConfigMap(
            metadata=k8s.ObjectMeta(name="falco-falcoctl", namespace=NAMESPACE),
            data={"falcoctl.yaml": "artifact: {}\n"},
        ),
        wave=SyncWave.SECRET,
    )
    own = [member for member in context.platform.members if member.tier == "platform"]
    text = rules(_namespaces(*own), key_namespaces=_namespaces(sealed_secrets, vault))
    chart.add(
        k8s.ConfigMap(metadata=k8s.ObjectMeta(name=RULES, namespace=NAMESPACE), data={"platform.yaml": text}),
        wave=SyncWave.SECRET,  # before the pods that mount it
    )
    for item in falco_monitoring():
        chart.add(item)


falco = Application(
    name="falco",
    exceptions=excepted(
        "DaemonSet",
        "falco",
        "pod-security-app-armor",
        "pod-security-capabilities",
        "pod-security-drop-capabilities",
        "pod-security-host-path",
        "pod-security-privilege-escalation",
        "pod-security-run-as-non-root",
        "pod-security-seccomp-profile",
        "pod-security-volume-types",
        because="it loads eBPF programs (BPF, PERFMON, SYS_PTRACE) and reads the node's /proc and /etc, as root",
        owner=PLATFORM_TEAM,
    ),
    run_time=RunTime(known_idle={"falco": "150-300Mi"}),
    depends_on=(gatekeeper, kyverno),
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="a node agent that nobody talks to but Prometheus",
            pod_security="privileged",
            because="it loads eBPF programs (BPF, PERFMON, SYS_PTRACE) and reads the node's /proc and /etc",
        ),
    ),
    charts=(
        Chart(
            repository="https://falcosecurity.github.io/charts",
            name="falco",
            version="9.1.0",
            values=falco_values,
        ),
    ),
    manifests=_manifests,
)
