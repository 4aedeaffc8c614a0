"""What the operator's pods, Prometheus and Alertmanager, run as."""

RUN_AS = {
    "runAsGroup": 2000,
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "fsGroup": 2000,
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""Their securityContext."""
