"""Kubernetes quantities: amounts of CPU, memory and other resources.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from decimal import Decimal

from platform_stack.errors import fail

_FORM = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([+-]?[0-9]{1,3})|([numkMGTPE]|[KMGTPE]i)?)")

_SUFFIXES = {
    **{name: Decimal(10) ** (3 * power) for power, name in enumerate(("n", "u", "m", "", "k", *"MGTPE"), -3)},
    **{f"{name}i": Decimal(1024) ** power for power, name in enumerate("KMGTPE", 1)},
}


def quantity(value: str | float, where: str = "quantity") -> Decimal:
    """Return a quantity as a number: "100m" is 0.1, "64Mi" is 67108864, "1e3" is 1000.

    Args:
        value: what stands in a manifest.
        where: the place of it, for messages.

    Raises:
        PlatformError: it is no quantity.

    """
    match = None if isinstance(value, bool) else _FORM.fullmatch(str(value))
    if not match:
        fail(where, repr(value), "a Kubernetes quantity such as '500m', '2' or '64Mi'")
    number, exponent, suffix = match.groups()
    return Decimal(number) * (Decimal(10) ** int(exponent) if exponent else _SUFFIXES[suffix or ""])
