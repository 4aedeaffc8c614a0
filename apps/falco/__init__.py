"""Falco: watches the system calls of every node and says when a container does what it should not.

Alerts go where everything else goes: to the log, as JSON, and to Prometheus as counters of each rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, Namespace, SyncWave, Values, excepted
from platform_stack.constructs.observability import Alert, alerts, down
from platform_stack_imports import k8s

from ..gatekeeper import gatekeeper
from ..kyverno import kyverno
from ..sealed_secrets import sealed_secrets
from ..shared.values import NO_SIDECAR, PLATFORM_TEAM, SCRAPE_INTERVAL, resources
from ..vault import vault
from .rules import rules

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

NAMESPACE = "falco"

_OFF = {"enabled": False}
_RULES = "falco-platform-rules"


def _values(_context: Context) -> Values:
    return {
        "controller": {"kind": "daemonset"},
        "podLabels": NO_SIDECAR,
        "podPriorityClassName": "system-node-critical",
        "tolerations": [{"operator": "Exists", "effect": "NoSchedule"}],
        "resources": resources("5m", "32Mi", "1Gi"),
        "driver": {
            # CO-RE eBPF inside the binary: no kernel module and no loader (kernel 5.8 or newer with BTF).
            "kind": "modern_ebpf",
            "loader": _OFF,
            "modernEbpf": {
                "leastPrivileged": True,  # four capabilities instead of a privileged container
                # With tracefs Falco also attaches tracepoints (against a path that is changed between check and
                # use) by perf_event_open, and ends where that is refused: Ubuntu and Debian ask for SYS_ADMIN
                # (kernel.perf_event_paranoid above 2, falcosecurity/charts#921). Without tracefs it warns and goes
                # on. The program that reads what every container does is not made root of the node for that.
                "sysfsMount": False,
                # Ring buffers of 2 MiB, one for four CPUs; the default is 8 MiB for every two.
                "bufSizePreset": 2,
                "cpusForEachBuffer": 4,
                "dropFailedExit": True,
            },
        },
        "collectors": {
            "containerEngine": {
                # The nodes run containerd, asked through the CRI; each engine less is a host path less.
                "engines": {
                    **dict.fromkeys(("docker", "podman", "containerd", "lxc", "libvirt_lxc", "bpm"), _OFF),
                    "cri": {"enabled": True, "sockets": ["/run/containerd/containerd.sock"]},
                }
            },
            "kubernetes": _OFF,  # names of pods and namespaces come from the CRI already
        },
        # The image of this version brings falco-rules 5.1.0 and the container plugin 0.7.1 with it. Fetched
        # at start they would be newer from one day to the next, and a node without egress had no detection.
        "falcoctl": {"artifact": {"install": _OFF, "follow": _OFF}},
        # Our rules are a manifest, because they name the namespaces of every application: as values they
        # would make this chart's recorded facts stale with each new one. Falco reloads them when they change.
        "mounts": {
            "volumes": [{"name": "platform-rules", "configMap": {"name": _RULES}}],
            "volumeMounts": [{"name": "platform-rules", "mountPath": "/etc/falco/rules.d", "readOnly": True}],
        },
        "falco": {
            "config_files": [],  # the image's own would load the container plugin a second time
            "time_format_iso_8601": True,
            "json_output": True,
            "json_include_output_property": True,
            "json_include_tags_property": True,
            "priority": "notice",
            "rule_matching": "all",  # "first" is the image's rule, which hides ours behind a lower priority
            "buffered_outputs": False,
            "log_syslog": False,
            "syslog_output": _OFF,
            "stdout_output": {"enabled": True},
            "falco_libs": {"thread_table_size": 65536},
            "webserver": {"enabled": True, "threadiness": 1},
        },
        "metrics": {"enabled": True, "interval": "15m", "outputRule": False, "rulesCountersEnabled": True},
        "serviceMonitor": {"create": True, "interval": SCRAPE_INTERVAL, "scrapeTimeout": "10s"},
        "grafana": {
            "dashboards": {
                "enabled": True,
                "configMaps": {"falco": {"folderAnnotation": "grafana_folder", "folder": "Platform"}},
            }
        },
        "falcosidekick": _OFF,
        "responseActions": _OFF,
    }


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
        k8s.ConfigMap(
            metadata=k8s.ObjectMeta(name=_RULES, namespace=NAMESPACE), data={"platform.yaml": text}
        ),
        wave=SyncWave.SECRET,  # before the pods that mount it
    )
    # The counter's priority is a number from 0 (emergency) to 7 (debug). Its series begins at the first
    # match, and increase() of one sample is 0: a new series counts as a match as well.
    matches = 'falcosecurity_falco_rules_matches_total{priority=~"[0-4]"}'
    by_rule = "sum by (rule_name)"
    chart.add(
        alerts(
            "falco",
            NAMESPACE,
            down("Falco", "falco-metrics", severity="critical"),
            Alert(
                name="FalcoNodeUnwatched",
                expr='count(up{job="falco-metrics"} == 1) < count(kube_node_info)',
                summary="Falco does not run on every node.",
                hint="Look at the DaemonSet falco: kernel without BTF, or a pod out of memory.",
            ),
            Alert(
                name="FalcoAlert",
                expr=(
                    f"({by_rule} (increase({matches}[10m])) > 0) or "
                    f"({by_rule} ({matches}) unless {by_rule} ({matches} offset 10m))"
                ),
                summary="Falco's rule {{ $labels.rule_name }} matched.",
                hint="The log of the pods in the namespace falco has each event, with pod and command.",
                duration="0m",
            ),
            Alert(
                name="FalcoDropsEvents",
                expr="sum by (instance) (rate(falcosecurity_scap_n_drops_total[10m])) > 10",
                summary="Falco loses system calls: its buffers are too small.",
                hint="Raise driver.modernEbpf.bufSizePreset in its values.",
            ),
        )
    )


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
    known_idle={"falco": "150-300Mi"},
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
            values=_values,
        ),
    ),
    manifests=_manifests,
)
