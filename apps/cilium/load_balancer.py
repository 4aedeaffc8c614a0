"""Which addresses Services of type LoadBalancer get, and on which network they are announced."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from platform_stack_imports import cilium as api
from platform_stack_imports.k8s import ObjectMeta

from ..shared.endpoints import EXPOSE_LABEL

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject


def load_balancer(addresses: str) -> list[ApiObject]:
    """Return the pool and its announcement.

    Args:
        addresses: the network, such as 172.18.1.0/24; its first and its last address are left out.

    """
    network = ip_network(addresses)
    return [
        api.CiliumLoadBalancerIPPool(
            metadata=ObjectMeta(name="lan"),
            spec=api.CiliumLoadBalancerIpPoolSpec(
                blocks=[
                    api.CiliumLoadBalancerIpPoolSpecBlocks(start=str(network[1]), stop=str(network[-2])),
                ],
                service_selector=api.CiliumLoadBalancerIpPoolSpecServiceSelector(match_labels=EXPOSE_LABEL),
            ),
        ),
        api.CiliumL2AnnouncementPolicy(
            metadata=ObjectMeta(name="lan"),
            spec=api.CiliumL2AnnouncementPolicySpec(
                service_selector=api.CiliumL2AnnouncementPolicySpecServiceSelector(match_labels=EXPOSE_LABEL),
                interfaces=["^eth0$"],
                load_balancer_i_ps=True,
                external_i_ps=False,
            ),
        ),
    ]
