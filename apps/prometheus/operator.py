"""What the operator's pods, Prometheus and Alertmanager, run as."""

from platform_stack.labels import TIER

RUN_AS = {
    "runAsGroup": 2000,
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "fsGroup": 2000,
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""Their securityContext."""

OF_THE_PLATFORM = {"matchLabels": {TIER: "platform"}}
"""Selects namespaces: what decides who is scraped and told is taken from the platform's only."""
