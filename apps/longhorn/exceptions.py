"""What Longhorn's pods need that policies refuse."""

from __future__ import annotations

from platform_stack import excepted

from ..shared.values import PLATFORM_TEAM

_NOT_SET = "the chart sets neither its securityContext nor its resources"
_UNSET = (
    "pod-security-drop-capabilities",
    "pod-security-privilege-escalation",
    "pod-security-run-as-non-root",
    "pod-security-seccomp-profile",
    "require-requests-limits",
)
"""What asks for them."""

EXCEPTIONS = (
    *excepted(
        "DaemonSet",
        "longhorn-manager",
        "pod-security-drop-capabilities",
        "pod-security-host-path",
        "pod-security-privilege-escalation",
        "pod-security-privileged",
        "pod-security-run-as-non-root",
        "pod-security-seccomp-profile",
        "pod-security-volume-types",
        "require-requests-limits",
        because="it mounts volumes on its node, as root; its second container only pulls an image",
        owner=PLATFORM_TEAM,
    ),
    *excepted(
        "Deployment",
        "longhorn-driver-deployer",
        "pod-security-run-as-user",
        *_UNSET,
        because=_NOT_SET,
        owner=PLATFORM_TEAM,
    ),
    *(
        exception
        for kind, name in (
            ("Deployment", "longhorn-ui"),
            ("Job", "longhorn-post-upgrade"),
            ("Job", "longhorn-uninstall"),
        )
        for exception in excepted(kind, name, *_UNSET, because=_NOT_SET, owner=PLATFORM_TEAM)
    ),
)
