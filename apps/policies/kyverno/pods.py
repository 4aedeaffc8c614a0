"""CEL about the containers of a pod: all of them, those that start it and those added to debug it too.

The expressions are written for a Pod. Kyverno rewrites `object.spec` and `object.metadata` for the template of
what makes pods (autogen); only the namespace stays the object's own.
"""

from __future__ import annotations

from platform_stack.integrations.kyverno import Check

POD = {"pod": "object.spec"}
"""Variable: the pod's spec."""

LASTING = {
    **POD,
    "containers": "variables.pod.containers + variables.pod.?initContainers.orValue([])",
}
"""Variables: the spec, and its containers without those that `kubectl debug` adds."""

ALL = {
    **POD,
    "containers": "variables.pod.containers + variables.pod.?initContainers.orValue([])"
    " + variables.pod.?ephemeralContainers.orValue([])",
}
"""Variables: the spec, and all its containers."""


def each(rule: str, message: str) -> Check:
    """Return the check that a rule holds for each container `c`; the message names those that break it."""
    return _each("variables.containers", rule, message)


def each_volume(rule: str, message: str) -> Check:
    """Return the check that a rule holds for each volume `c`; the message names those that break it."""
    return _each("variables.pod.?volumes.orValue([])", rule, message)


def _each(among: str, rule: str, message: str) -> Check:
    return Check(
        expression=f"{among}.all(c, {rule})",
        message=message,
        offenders=f"{among}.filter(c, !({rule})).map(c, c.name)",
    )
