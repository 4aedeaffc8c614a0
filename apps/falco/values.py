"""The values of Falco's chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.values import NO_SIDECAR, SCRAPE_INTERVAL, resources

if TYPE_CHECKING:
    from platform_stack import Context, Values

NAMESPACE = "falco"

_OFF = {"enabled": False}
RULES = "falco-platform-rules"


def falco_values(_context: Context) -> Values:
    """Return the values, the same on both profiles: it is a DaemonSet."""
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
            "volumes": [{"name": "platform-rules", "configMap": {"name": RULES}}],
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
