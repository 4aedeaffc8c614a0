"""Pod Security level `restricted`, asked of a pod's template without an API server.

The rules are those of Kubernetes 1.34 (k8s.io/pod-security-admission, policy/check_*.go;
https://kubernetes.io/docs/concepts/security/pod-security-standards/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

VOLUMES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
"""The types of volumes that level `restricted` allows."""

SYSCTLS = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
)
"""Those that only a container's own namespace sees, which level `baseline` allows."""

PROFILES = ("Localhost", "RuntimeDefault")
"""The types of seccomp and AppArmor profiles that level `baseline` allows."""

SELINUX_TYPES = ("", "container_engine_t", "container_init_t", "container_kvm_t", "container_t")
"""The types of SELinux that level `baseline` allows."""

_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"
_PROBES = (
    ("livenessProbe",),
    ("readinessProbe",),
    ("startupProbe",),
    ("lifecycle", "postStart"),
    ("lifecycle", "preStop"),
)


def restricted(template: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what level `restricted` refuses of a pod, each as what was found and what to write instead.

    Args:
        template: a pod, or the template of one, without nulls (see platform_stack.admission.stored).

    """
    pod = _map(template, "spec")
    windows = _map(pod, "os").get("name") == "windows"
    yield from _of_the_pod(template, pod)
    whole = _map(pod, "securityContext")
    yield from _context("securityContext", whole)
    if whole.get("runAsNonRoot") is False:
        yield "securityContext.runAsNonRoot is false", "set it to true"
    for container in _containers(pod):
        own = _map(container, "securityContext")
        where = f"container {container.get('name', '')!r}: securityContext"
        yield from _context(where, own)
        yield from _of_a_container(where, container, own)
        if own.get("runAsNonRoot", whole.get("runAsNonRoot")) is not True:
            yield f"{where}.runAsNonRoot is not true", "set it to true, for the pod or for the container"
        if windows:
            continue
        if own.get("allowPrivilegeEscalation") is not False:
            yield f"{where}.allowPrivilegeEscalation is not false", "set it to false"
        if "ALL" not in (_map(own, "capabilities").get("drop") or ()):
            yield f"{where}.capabilities.drop is without ALL", "write drop: [ALL]"
        if not (_map(own, "seccompProfile") or _map(whole, "seccompProfile")):
            yield (
                f"{where}.seccompProfile is not set",
                "set type: RuntimeDefault, for the pod or for the container",
            )


def _containers(pod: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the containers of a pod's spec, those of its start and those for debugging too."""
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        yield from (one for one in pod.get(kind) or () if isinstance(one, dict))


def _of_the_pod(template: dict[str, Any], pod: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield f"{field} is true", "leave it out"
    for volume in pod.get("volumes") or ():
        if kinds := set(volume) - {"name", *VOLUMES}:
            expected = "use an emptyDir, a PersistentVolumeClaim or a ConfigMap"
            yield f"volume {volume.get('name', '')!r} is of {', '.join(sorted(kinds))}", expected
    for sysctl in _map(pod, "securityContext").get("sysctls") or ():
        if sysctl.get("name") not in SYSCTLS:
            yield f"sysctl {sysctl.get('name')!r}", "leave it out: it is not of the pod alone"
    for key, value in _map(_map(template, "metadata"), "annotations").items():
        if (
            key.startswith(_APPARMOR)
            and value != "runtime/default"
            and not str(value).startswith("localhost/")
        ):
            yield f"annotation {key} is {value!r}", "write runtime/default, or leave it out"


def _of_a_container(where: str, container: dict[str, Any], own: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if own.get("privileged"):
        yield f"{where}.privileged is true", "leave it out"
    if added := sorted(set(_map(own, "capabilities").get("add") or ()) - {"NET_BIND_SERVICE"}):
        yield f"{where}.capabilities.add has {', '.join(added)}", "add at most NET_BIND_SERVICE"
    if own.get("procMount", "Default") != "Default":
        yield f"{where}.procMount is {own['procMount']!r}", "leave it out"
    name = container.get("name", "")
    if any(port.get("hostPort") for port in container.get("ports") or ()):
        yield f"container {name!r} has a hostPort", "use a Service"
    for path in _PROBES:
        probe = container
        for key in path:
            probe = _map(probe, key)
        if any(_map(probe, handler).get("host") for handler in ("httpGet", "tcpSocket")):
            yield (
                f"container {name!r}: {'.'.join(path)} names a host",
                "leave it out: the pod itself is asked",
            )


def _context(where: str, context: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is refused in a securityContext of a pod and of a container alike."""
    if _map(context, "windowsOptions").get("hostProcess"):
        yield f"{where}.windowsOptions.hostProcess is true", "leave it out"
    if context.get("runAsUser") == 0:
        yield f"{where}.runAsUser is 0", "use another user, such as 65532"
    seccomp = _map(context, "seccompProfile")
    if seccomp and seccomp.get("type") not in PROFILES:
        yield f"{where}.seccompProfile.type is {seccomp.get('type')!r}", "write RuntimeDefault"
    if _map(context, "appArmorProfile").get("type", "RuntimeDefault") not in PROFILES:
        yield f"{where}.appArmorProfile.type is not of the runtime", "write RuntimeDefault"
    selinux = _map(context, "seLinuxOptions")
    if selinux.get("type", "") not in SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield f"{where}.seLinuxOptions", "leave them out"


def _map(node: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the map below a key, an empty one for what is none."""
    value = node.get(key)
    return value if isinstance(value, dict) else {}
