"""Pod Security level `restricted`: what `baseline` asks, and the current hardening of pods."""

from __future__ import annotations

from platform_stack.integrations.kyverno import Check
from platform_stack.integrations.pod_security import PROFILES, VOLUMES

from .pod_security import control
from .pods import each, each_volume

_POD = "variables.pod.?securityContext"
_CONTAINER = "c.?securityContext"

RESTRICTED = (
    control(
        "volume-types",
        "medium",
        each_volume(
            f"c.all(k, k == 'name' || k in {list(VOLUMES)})", "volumes of a type that is not for applications"
        ),
        protects_from="Storage that the pod reaches past Kubernetes, with credentials and protocols of its own.",
        asks=f"Each volume is one of {', '.join(VOLUMES)}.",
        hint="Use a PersistentVolumeClaim.",
        of_pod=("volumes",),
    ),
    control(
        "privilege-escalation",
        "medium",
        each(
            f"!{_CONTAINER}.?allowPrivilegeEscalation.orValue(true)",
            "containers whose processes may gain privileges",
        ),
        protects_from="A process that becomes root through a set-user-ID program in its image.",
        asks="Each container sets allowPrivilegeEscalation to false.",
        hint="Set securityContext.allowPrivilegeEscalation: false.",
        of_containers=("securityContext.allowPrivilegeEscalation",),
    ),
    control(
        "run-as-non-root",
        "medium",
        Check(
            expression=f"{_POD}.?runAsNonRoot.orValue(true) == true",
            message="the pod sets runAsNonRoot to false",
        ),
        each(
            f"{_CONTAINER}.?runAsNonRoot.orValue({_POD}.?runAsNonRoot.orValue(false))",
            "containers that may run as root",
        ),
        protects_from="A container that runs as root because its image says so.",
        asks="Each container, or the pod for all of them, sets runAsNonRoot to true.",
        hint="Set securityContext.runAsNonRoot: true, for the pod or each container.",
        of_pod=("securityContext.runAsNonRoot",),
        of_containers=("securityContext.runAsNonRoot",),
    ),
    control(
        "run-as-user",
        "medium",
        Check(expression=f"{_POD}.?runAsUser.orValue(1) != 0", message="the pod runs as user 0"),
        each(f"{_CONTAINER}.?runAsUser.orValue(1) != 0", "containers that run as user 0"),
        protects_from="A container that runs as root because its manifest says so.",
        asks="No pod and no container sets runAsUser to 0.",
        hint="Set runAsUser to a number above 0, or leave it to the image.",
        of_pod=("securityContext.runAsUser",),
        of_containers=("securityContext.runAsUser",),
    ),
    control(
        "seccomp-profile",
        "medium",
        each(
            f"{_CONTAINER}.?seccompProfile.?type.orValue({_POD}.?seccompProfile.?type.orValue('')) in {list(PROFILES)}",
            "containers without a seccomp profile",
        ),
        protects_from="A container without a filter for system calls because nobody asked for one.",
        asks="Each container, or the pod for all of them, has a seccomp profile.",
        hint="Set securityContext.seccompProfile.type: RuntimeDefault, for the pod or each container.",
        of_pod=("securityContext.seccompProfile.type",),
        of_containers=("securityContext.seccompProfile.type",),
    ),
    control(
        "drop-capabilities",
        "medium",
        each(
            f"'ALL' in {_CONTAINER}.?capabilities.?drop.orValue([])"
            f" && {_CONTAINER}.?capabilities.?add.orValue([]).all(k, k == 'NET_BIND_SERVICE')",
            "containers that keep or add capabilities",
        ),
        protects_from="A container with rights of root that it does not need.",
        asks="Each container drops ALL capabilities and adds at most NET_BIND_SERVICE.",
        hint="Set securityContext.capabilities.drop: [ALL].",
        of_containers=("securityContext.capabilities",),
    ),
)
"""The controls that `restricted` adds, in the order of the standard."""
