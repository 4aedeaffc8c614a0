"""What Longhorn's pods need that policies refuse."""

from __future__ import annotations

from platform_stack import excepted

from ..shared.values import PLATFORM_TEAM

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
        "pod-security-drop-capabilities",
        "pod-security-privilege-escalation",
        "pod-security-run-as-non-root",
        "pod-security-run-as-user",
        "pod-security-seccomp-profile",
        "require-requests-limits",
        because="the chart sets neither its securityContext nor its resources",
        owner=PLATFORM_TEAM,
    ),
    *excepted(
        "Deployment",
        "longhorn-ui",
        "pod-security-drop-capabilities",
        "pod-security-privilege-escalation",
        "pod-security-run-as-non-root",
        "pod-security-seccomp-profile",
        "require-requests-limits",
        because="the chart sets neither its securityContext nor its resources",
        owner=PLATFORM_TEAM,
    ),
    *excepted(
        "Job",
        "longhorn-post-upgrade",
        "pod-security-drop-capabilities",
        "pod-security-privilege-escalation",
        "pod-security-run-as-non-root",
        "pod-security-seccomp-profile",
        "require-requests-limits",
        because="the chart sets neither its securityContext nor its resources",
        owner=PLATFORM_TEAM,
    ),
    *excepted(
        "Job",
        "longhorn-uninstall",
        "pod-security-drop-capabilities",
        "pod-security-privilege-escalation",
        "pod-security-run-as-non-root",
        "pod-security-seccomp-profile",
        "require-requests-limits",
        because="the chart sets neither its securityContext nor its resources",
        owner=PLATFORM_TEAM,
    ),
)
