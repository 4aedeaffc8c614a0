"""From policies and exceptions to the objects that the engines read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import PlatformError, collecting, fail
from platform_stack.recorded import needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.errors import Finding
    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import SyncWave
    from platform_stack.typed import ApiObject

PROVIDED_KINDS = {
    "kyverno": "policies.kyverno.io/ValidatingPolicy",
    "gatekeeper": "templates.gatekeeper.sh/ConstraintTemplate",
}
"""For each engine a kind that only its application provides."""


def compiled(
    estate: Estate, providers: Mapping[str, str]
) -> Iterator[tuple[str, ApiObject | Manifest, SyncWave | int]]:
    """Yield each object of the platform's policies with the application it belongs to and its wave.

    Args:
        estate: what there is.
        providers: for each custom kind ("group/Kind") the application that provides it.

    Raises:
        PlatformError: an engine is not in the platform; an exception names no policy or no object; a rule is a
            function of what there is, and a release is unknown.

    """
    from platform_stack.policies import gatekeeper, kyverno  # noqa: PLC0415  loaded where there are policies

    findings = _unknown(estate)
    with collecting(findings):
        estate.excepted  # noqa: B018  each engine looks at its own policies: here all are checked
    if findings:
        raise PlatformError(*findings)
    policies = estate.context.platform.policies
    for engine, module in (("kyverno", kyverno), ("gatekeeper", gatekeeper)):
        asked = tuple(policy for policy in policies if policy.engine == engine)
        if not asked:
            continue
        owner = providers.get(PROVIDED_KINDS[engine])
        with collecting(findings):
            if owner is None:
                fail(
                    f"{asked[0].source}: policy {asked[0].name!r}: engine",
                    f"{engine!r}, whose kinds no application of this platform provides",
                    f"an application that installs {engine}",
                    f"add it to the applications, or leave {engine}'s policies out of the platform's list",
                )
            for item, wave in module.objects(estate, asked):
                yield owner, item, wave
    if findings:
        raise PlatformError(*findings)


def _unknown(estate: Estate) -> list[Finding]:
    """Return the policies that ask what there is: they would refuse what they mean to allow."""
    missing = estate.unknown
    return [
        needs(f"{policy.source}: policy {policy.name!r}: rule", "what there is on the cluster", missing)
        for policy in estate.context.platform.policies
        if missing and callable(policy.rule)
    ]
