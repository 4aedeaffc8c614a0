"""Kong's plugins: what a route may ask for by name in `Route.plugins`.

The configuration of each is described at https://developer.konghq.com/plugins/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Fixed, Generated, Secret
from platform_stack_imports import kong as api
from platform_stack_imports.k8s import ObjectMeta

from ..shared.endpoints import BASIC_AUTH, KEY_AUTH, RATE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from platform_stack.typed import ApiObject

NAMESPACE = "kong"

REQUESTS_PER_MINUTE = 300
"""What RATE_LIMIT lets through, for each consumer, or each address where nobody logs in."""

USER = Secret(
    name="kong-user",
    namespace=NAMESPACE,
    keys={
        "username": Fixed(what="name that BASIC_AUTH asks for", value="platform"),
        "password": Generated(what="the user's password"),
    },
    labels={"konghq.com/credential": "basic-auth"},
)
"""Who gets past BASIC_AUTH."""


def plugins(ingress_class: str) -> list[ApiObject]:
    """Return the plugins, and the consumer whom BASIC_AUTH lets in, for the controller of an Ingress class."""
    for_class = {"kubernetes.io/ingress.class": ingress_class}
    return [
        _plugin(
            for_class,
            "prometheus",
            "prometheus",
            {"status_code_metrics": True, "latency_metrics": True, "bandwidth_metrics": True},
            labels={"global": "true"},  # for every route; without it there are metrics of the node only
        ),
        _plugin(
            for_class,
            RATE_LIMIT,
            "rate-limiting",
            # Each Kong counts by itself: without a database there is no other place but a Redis.
            {
                "minute": REQUESTS_PER_MINUTE,
                "policy": "local",
                "limit_by": "consumer",
                "fault_tolerant": True,
            },
        ),
        _plugin(for_class, KEY_AUTH, "key-auth", {"key_names": ["apikey"], "hide_credentials": True}),
        _plugin(for_class, BASIC_AUTH, "basic-auth", {"hide_credentials": True}),
        api.KongConsumer(
            metadata=ObjectMeta(name=USER.name, namespace=NAMESPACE, annotations=for_class),
            username=USER.name,
            credentials=[USER.name],
        ),
    ]


def _plugin(
    for_class: Mapping[str, str],
    name: str,
    plugin: str,
    config: Mapping[str, object],
    labels: Mapping[str, str] | None = None,
) -> api.KongClusterPlugin:
    return api.KongClusterPlugin(
        metadata=ObjectMeta(name=name, annotations=for_class, labels=labels), plugin=plugin, config=config
    )
