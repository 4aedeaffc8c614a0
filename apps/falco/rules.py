"""Falco's rules that the platform adds to those of Falco's image, as data.

Conditions use fields and literals only, so that no change of the upstream macros can break them. On KIND all
nodes share the laptop's kernel, and each Falco sees the processes of them all: those of the laptop, and those of
another node's pods, of which it knows no pod. So each rule asks for a namespace, and so do those of the image, by
what is appended to them (https://falco.org/docs/concepts/rules/overriding/). Nothing is lost by it: the Falco of
the other node knows the pod. Fields: https://falco.org/docs/reference/rules/supported-fields/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.yaml_output import to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHELLS = ("ash", "bash", "busybox", "csh", "dash", "ksh", "sh", "tcsh", "zsh")

IMAGE_VERSION = "0.44.1"
"""Version of Falco's image whose rules IMAGE_RULES names; Falco does not start if one is not there."""

IMAGE_RULES = (
    "Clear Log Activities",
    "Contact K8S API Server From Container",
    "Create Hardlink Over Sensitive Files",
    "Create Symlink Over Sensitive Files",
    "Debugfs Launched in Privileged Container",
    "Detect release_agent File Container Escapes",
    "Directory traversal monitored file read",
    "Disallowed SSH Connection Non Standard Port",
    "Drop and execute new binary in container",
    "Execution from /dev/shm",
    "Fileless execution via memfd_create",
    "Find AWS Credentials",
    "Linux Kernel Module Injection Detected",
    "Netcat Remote Code Execution in Container",
    "PTRACE anti-debug attempt",
    "PTRACE attached to process",
    "Packet socket created in container",
    "Read sensitive file trusted after startup",
    "Read sensitive file untrusted",
    "Redirect STDOUT/STDIN to Network Connection in Container",
    "Remove Bulk Data from Disk",
    "Run shell untrusted",
    "Search Private Keys or Passwords",
    "System user interactive",
    "Terminal shell in container",
)
"""Rules of the image (falco-rules 5.1.0). No condition of theirs has an `or` outside parentheses, so that an
`and` at its end is about all of it."""

_IN_A_POD = "k8s.ns.name exists"
"""The container plugin leaves the field out of what is in no pod that it knows."""

_KEY_READERS = ("controller", "vault", "vault-k8s")
"""Processes of sealed-secrets and Vault themselves."""


def rules(platform_namespaces: Iterable[str], key_namespaces: Iterable[str]) -> str:
    """Return the rules file, as YAML text.

    Args:
        platform_namespaces: namespaces of the platform's own applications.
        key_namespaces: those of them that hold keys to all other secrets.

    """
    found: list[dict[str, Any]] = [
        {"list": "platform_namespaces", "items": sorted(platform_namespaces)},
        {"list": "platform_key_namespaces", "items": sorted(key_namespaces)},
        {"list": "platform_shells", "items": list(_SHELLS)},
        {"list": "platform_key_readers", "items": list(_KEY_READERS)},
        # An upstream rule takes every connection to the API server for suspicious; the platform's
        # controllers live on them.
        {
            "macro": "user_known_contact_k8s_api_server_activities",
            "condition": "(k8s.ns.name in (platform_namespaces))",
            "override": {"condition": "replace"},
        },
        *(
            {"rule": name, "condition": f"and {_IN_A_POD}", "override": {"condition": "append"}}
            for name in IMAGE_RULES
        ),
        {
            "rule": "Shell in a platform namespace",
            "desc": "Somebody opened a shell in a container of the platform, which is never mended in place.",
            "condition": (
                "evt.type in (execve, execveat) and proc.name in (platform_shells) "
                "and proc.tty != 0 and container.id != host and k8s.ns.name in (platform_namespaces)"
            ),
            "output": (
                "Interactive shell in a platform namespace | user=%user.name command=%proc.cmdline "
                "parent=%proc.pname namespace=%k8s.ns.name pod=%k8s.pod.name container=%container.name"
            ),
            "priority": "WARNING",
            "tags": ["platform", "container", "mitre_execution", "T1059"],
        },
        {
            "rule": "Key material read by a foreign process",
            "desc": "A process that is not the controller opened Vault's data or the token that reads all keys.",
            "condition": (
                "evt.type in (open, openat, openat2) and evt.is_open_read = true and container.id != host "
                "and k8s.ns.name in (platform_key_namespaces) "
                "and (fd.name startswith /vault/data "
                "or fd.name startswith /var/run/secrets/kubernetes.io/serviceaccount) "
                "and not proc.name in (platform_key_readers)"
            ),
            "output": (
                "Key material opened by a foreign process | file=%fd.name command=%proc.cmdline "
                "user=%user.name namespace=%k8s.ns.name pod=%k8s.pod.name container=%container.name"
            ),
            "priority": "CRITICAL",
            "tags": ["platform", "secrets", "mitre_credential_access", "T1552"],
        },
    ]
    return to_yaml(found).decode()
