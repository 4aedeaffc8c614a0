"""What is watched of Kong and its controller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down

from .plugins import NAMESPACE
from .values import PROXY

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject
    from platform_stack_imports.k8s import ConfigMap


def kong_monitoring() -> list[ApiObject]:
    """Return the alerts and the dashboard."""
    return [
        alerts(
            "kong",
            NAMESPACE,
            down("Kong", PROXY.name, severity="critical"),
            Alert(
                name="KongServerErrors",
                expr='sum(rate(kong_http_requests_total{code=~"5.."}[5m])) '
                "/ sum(rate(kong_http_requests_total[5m])) > 0.05",
                summary="More than 5 % of the requests through the gateway end with 5xx.",
                hint="The dashboard Kong says of which service.",
            ),
            Alert(
                name="KongConfigurationRejected",
                expr='sum(increase(ingress_controller_configuration_push_count{success="false"}[10m])) > 0',
                summary="Kong does not take the configuration that its controller sends.",
                hint="It goes on without what is refused, or with it as it was. See the logs of ingress-controller.",
            ),
            Alert(
                name="KongResourceBroken",
                expr="max(ingress_controller_translation_broken_resource_count) > 0",
                summary="Some Ingress, plugin or consumer is left out of Kong's configuration.",
                hint="The controller writes an event at each; a missing Secret is the usual cause.",
            ),
        ),
        _dashboard(),
    ]


def _dashboard() -> ConfigMap:
    by_service = "sum by (le, service) (rate({metric}[5m]))"
    return dashboard(
        "kong",
        NAMESPACE,
        "Kong",
        Panel("Requests", "sum by (service) (rate(kong_http_requests_total[5m]))", "{{service}}", "reqps"),
        Panel(
            "Requests by status", "sum by (code) (rate(kong_http_requests_total[5m]))", "{{code}}", "reqps"
        ),
        Panel(
            "Request duration, 99th percentile",
            f"histogram_quantile(0.99, {by_service.format(metric='kong_request_latency_ms_bucket')})",
            "{{service}}",
            "ms",
        ),
        Panel(
            "Of that the service, 99th percentile",
            f"histogram_quantile(0.99, {by_service.format(metric='kong_upstream_latency_ms_bucket')})",
            "{{service}}",
            "ms",
        ),
        Panel("Traffic", "sum by (direction) (rate(kong_bandwidth_bytes[5m]))", "{{direction}}", "Bps"),
        Panel(
            "Configurations sent by the controller",
            "sum by (success) (rate(ingress_controller_configuration_push_count[5m]))",
            "success: {{success}}",
            "ops",
        ),
    )
