"""Pod Security level `baseline`: no known way from a container to its node."""

from __future__ import annotations

from platform_stack.integrations.kyverno import Check
from platform_stack.integrations.pod_security import PROFILES, SELINUX_TYPES, SYSCTLS

from .pod_security import control
from .pods import each, each_volume

_CAPABILITIES = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
]
"""What container runtimes give by default."""

_PROBES = ["livenessProbe", "readinessProbe", "startupProbe"]
_HOOKS = ["postStart", "preStop"]

_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_ANNOTATIONS = "(has(object.metadata) ? object.metadata.?annotations.orValue({}) : {})"
"""A Job's template may have no metadata at all."""

_POD = "variables.pod.?securityContext"
_CONTAINER = "c.?securityContext"


def _selinux(context: str) -> str:
    options = f"{context}.?seLinuxOptions"
    return (
        f"{options}.?type.orValue('') in {list(SELINUX_TYPES)}"
        f" && {options}.?user.orValue('') == '' && {options}.?role.orValue('') == ''"
    )


def _no_host(handler: str) -> str:
    return f"{handler}.?httpGet.?host.orValue('') == '' && {handler}.?tcpSocket.?host.orValue('') == ''"


BASELINE = (
    control(
        "host-process",
        "critical",
        Check(
            expression=f"!{_POD}.?windowsOptions.?hostProcess.orValue(false)",
            message="the pod asks for a process on a Windows host",
        ),
        each(
            f"!{_CONTAINER}.?windowsOptions.?hostProcess.orValue(false)",
            "containers that ask for a process on a Windows host",
        ),
        protects_from="A container that is a process of the node.",
        asks="No pod and no container sets windowsOptions.hostProcess.",
        hint="Leave hostProcess out.",
        of_pod=("securityContext.windowsOptions.hostProcess",),
        of_containers=("securityContext.windowsOptions.hostProcess",),
    ),
    control(
        "host-namespaces",
        "critical",
        Check(
            expression="['hostNetwork', 'hostPID', 'hostIPC'].all(k, !variables.pod[?k].orValue(false))",
            message="the pod shares namespaces of its node",
            offenders="['hostNetwork', 'hostPID', 'hostIPC'].filter(k, variables.pod[?k].orValue(false))",
        ),
        protects_from="A pod that sees the node's processes, memory and traffic, and that no network policy binds.",
        asks="No pod sets hostNetwork, hostPID or hostIPC.",
        hint="Leave them out; a Service or a hostPort-free DaemonSet does for most.",
        of_pod=("hostNetwork", "hostPID", "hostIPC"),
    ),
    control(
        "privileged",
        "critical",
        each(f"!{_CONTAINER}.?privileged.orValue(false)", "privileged containers"),
        protects_from="A container that is root on its node.",
        asks="No container is privileged.",
        hint="Leave privileged out, and add single capabilities where something is missing.",
        of_containers=("securityContext.privileged",),
    ),
    control(
        "capabilities",
        "high",
        each(
            f"{_CONTAINER}.?capabilities.?add.orValue([]).all(k, k in {_CAPABILITIES})",
            "containers that add capabilities beyond the runtime's own",
        ),
        protects_from="A container that may load modules, change the node's network or read others' memory.",
        asks=f"No container adds a capability other than {', '.join(_CAPABILITIES)}.",
        hint="Remove it from capabilities.add.",
        of_containers=("securityContext.capabilities.add",),
    ),
    control(
        "host-path",
        "high",
        each_volume("!has(c.hostPath)", "volumes that are folders of the node"),
        protects_from="A pod that reads or writes the node's files: the kubelet's credentials, other pods' volumes.",
        asks="No volume is a hostPath.",
        hint="Use a PersistentVolumeClaim, an emptyDir or a ConfigMap.",
        of_pod=("volumes.hostPath",),
    ),
    control(
        "host-ports",
        "medium",
        each(
            "c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)",
            "containers that take a port of the node",
        ),
        protects_from="A pod that answers in the node's name, past the gateway and its policies.",
        asks="No container has a hostPort.",
        hint="Use a Service.",
        of_containers=("ports.hostPort",),
    ),
    control(
        "host-probes",
        "medium",
        each(
            f"{_PROBES}.all(k, {_no_host('c[?k]')}) && {_HOOKS}.all(k, {_no_host('c.?lifecycle[?k]')})",
            "containers whose probes or hooks call another host",
        ),
        protects_from="A kubelet that calls, from the node, whatever address a pod names.",
        asks="No probe and no lifecycle hook names a host.",
        hint="Leave host out: the kubelet calls the pod itself.",
        of_containers=tuple(
            f"{handler}.{kind}.host"
            for handler in (*_PROBES, *(f"lifecycle.{hook}" for hook in _HOOKS))
            for kind in ("httpGet", "tcpSocket")
        ),
    ),
    control(
        "app-armor",
        "high",
        Check(
            expression=f"{_POD}.?appArmorProfile.?type.orValue('RuntimeDefault') in {list(PROFILES)}",
            message="the pod switches AppArmor off",
        ),
        each(
            f"{_CONTAINER}.?appArmorProfile.?type.orValue('RuntimeDefault') in {list(PROFILES)}",
            "containers that switch AppArmor off",
        ),
        Check(
            expression=f"{_ANNOTATIONS}.all(k, !k.startsWith('{_APP_ARMOR}')"
            f" || {_ANNOTATIONS}[k] in ['', 'runtime/default'] || {_ANNOTATIONS}[k].startsWith('localhost/'))",
            message="an annotation switches AppArmor off",
        ),
        protects_from="A container without the kernel's second line of defence.",
        asks="No pod, no container and no annotation sets an AppArmor profile other than the runtime's or a local one.",
        hint="Leave appArmorProfile out, or set its type to RuntimeDefault.",
        of_pod=("securityContext.appArmorProfile", f"metadata.annotations.{_APP_ARMOR}*"),
        of_containers=("securityContext.appArmorProfile",),
    ),
    control(
        "selinux",
        "high",
        Check(expression=_selinux(_POD), message="the pod chooses SELinux options of its own"),
        each(_selinux(_CONTAINER), "containers that choose SELinux options of their own"),
        protects_from="A container with a label that may touch what belongs to the node.",
        asks="SELinux types are those for containers, and no user or role is set.",
        hint="Leave seLinuxOptions out, or set type to container_t.",
        of_pod=("securityContext.seLinuxOptions",),
        of_containers=("securityContext.seLinuxOptions",),
    ),
    control(
        "proc-mount",
        "high",
        each(f"{_CONTAINER}.?procMount.orValue('Default') == 'Default'", "containers with an unmasked /proc"),
        protects_from="A container that reads and writes the kernel's settings through /proc.",
        asks="No container sets procMount to anything but Default.",
        hint="Leave procMount out.",
        of_containers=("securityContext.procMount",),
    ),
    control(
        "seccomp",
        "high",
        Check(
            expression=f"{_POD}.?seccompProfile.?type.orValue('RuntimeDefault') in {list(PROFILES)}",
            message="the pod switches seccomp off",
        ),
        each(
            f"{_CONTAINER}.?seccompProfile.?type.orValue('RuntimeDefault') in {list(PROFILES)}",
            "containers that switch seccomp off",
        ),
        protects_from="A container that may make every system call, those with known holes among them.",
        asks="No pod and no container sets seccompProfile to Unconfined.",
        hint="Set seccompProfile.type to RuntimeDefault.",
        of_pod=("securityContext.seccompProfile.type",),
        of_containers=("securityContext.seccompProfile.type",),
    ),
    control(
        "sysctls",
        "medium",
        Check(
            expression=f"{_POD}.?sysctls.orValue([]).all(s, s.name in {list(SYSCTLS)})",
            message="sysctls that reach beyond the pod",
            offenders=f"{_POD}.?sysctls.orValue([]).filter(s, !(s.name in {list(SYSCTLS)})).map(s, s.name)",
        ),
        protects_from="A pod that changes the kernel for its neighbours.",
        asks=f"No pod sets a sysctl other than {', '.join(SYSCTLS)}.",
        hint="Leave it out, or have it set on the nodes.",
        of_pod=("securityContext.sysctls",),
    ),
)
"""The controls of `baseline`, in the order of the standard."""
