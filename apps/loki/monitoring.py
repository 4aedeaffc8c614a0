"""What is watched of Loki and Alloy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down

from . import alloy
from .values import LOKI, NAMESPACE

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject


def loki_monitoring() -> list[ApiObject]:
    """Return the alerts of both, and Alloy's dashboard; Loki's are the chart's."""
    return [
        alerts(
            "logging",
            NAMESPACE,
            down("Loki", f"{NAMESPACE}/{LOKI.name}"),  # the chart writes the namespace into the job
            Alert(
                name="LokiReceivesNothing",
                expr="sum(rate(loki_distributor_lines_received_total[15m])) == 0",
                summary="Loki has received no log line for 15 minutes.",
                hint="Look at Alloy: its pods, and what it drops.",
            ),
            *alloy.ALERTS,
        ),
        dashboard("alloy", NAMESPACE, "Alloy", *alloy.PANELS),
    ]
