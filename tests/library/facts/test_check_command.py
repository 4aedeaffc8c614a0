"""`platform-stack check --charts`: what charts make today, rendered by the real helm."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.helm

DESCRIPTION = """
from platform_stack import Application, Chart, Cluster, Namespace, Platform
from platform_stack.integrations import cilium, ingress_nginx, prometheus

chart = Chart(repository="https://charts.example.test", name="demo", version="1.2.3")
shop = Application(
    name="shop",
    namespaces=(Namespace(name="shop"),),
    charts=(chart,),
    provides=("monitoring.coreos.com/ServiceMonitor", "cilium.io/CiliumNetworkPolicy"),
    roles=(cilium.network_engine(), ingress_nginx.gateway(), prometheus.scraper()),
)
PLATFORM = Platform(
    applications=(shop,), clusters=(Cluster(name="one", repo_url="https://git.example.test/p"),)
)
"""

TEMPLATE = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      serviceAccountName: {{ .Values.account }}
      containers:
      - name: shop
        image: example.test/shop:1
        ports: [{name: http, containerPort: 8080}]
        envFrom: [{secretRef: {name: shop, optional: {{ .Values.optional }}}}]
---
apiVersion: v1
kind: Service
metadata: {name: shop, labels: {app: shop}}
spec: {selector: {app: {{ .Values.pods }}}, ports: [{name: web, port: 80, targetPort: http}]}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: shop}
spec: {selector: {matchLabels: {app: shop}}, endpoints: [{port: {{ .Values.endpoint }}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop}
spec: {podSelector: {matchLabels: {app: {{ .Values.pods }}}}, policyTypes: [Ingress]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: {{ .Values.pods }}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  ingressClassName: nginx
  rules:
  - host: shop.example.test
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: shop, port: {number: {{ .Values.routed }}}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: shop}
webhooks:
- name: shop.example.test
  clientConfig: {service: {namespace: shop, name: {{ .Values.webhook }}, port: 80}}
"""

CLEAN = "{account: shop, optional: true, pods: shop, endpoint: web, routed: 80, webhook: shop}\n"
BROKEN = "{account: shp, optional: false, pods: shp, endpoint: wbe, routed: 81, webhook: shp}\n"


@pytest.fixture
def run(
    tmp_path: Path, write_chart: Callable[..., Path]
) -> Callable[[str], subprocess.CompletedProcess[str]]:
    def with_values(values: str) -> subprocess.CompletedProcess[str]:
        write_chart(tmp_path / "charts" / "demo", values, files={"templates/all.yaml": TEMPLATE})
        (tmp_path / "apps").mkdir(exist_ok=True)
        (tmp_path / "apps" / "__main__.py").write_text(DESCRIPTION)
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "platform_stack",
                "check",
                "--charts",
                "charts",
                "--helm",
                os.environ["HELM"],
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return with_values


def test_a_chart_whose_references_lead_somewhere(
    run: Callable[[str], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = run(CLEAN)
    assert (done.returncode, done.stdout) == (0, "everything leads somewhere\n"), done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["apps", "charts"]  # nothing was recorded


def test_each_reference_of_a_chart_that_leads_nowhere_is_named(
    run: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    done = run(BROKEN)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    named = {
        (where.partition("application 'shop': ")[2], found.removeprefix("  found:").strip())
        for where, found in itertools.pairwise(lines)
        if found.startswith("  found:")
    }
    assert named == {
        ("Deployment shop/shop", "ServiceAccount shop/shp, which nobody makes"),
        ("Deployment shop/shop", "Secret shop/shop, which nobody makes"),
        ("Service shop/shop", "pods labelled app=shp: no pod"),
        ("ServiceMonitor shop/shop", "endpoint 'wbe': no pod"),
        ("NetworkPolicy shop/shop", "pods labelled app=shp: no pod"),
        ("PodDisruptionBudget shop/shop", "pods labelled app=shp: no pod"),
        ("Ingress shop/shop", "Service shop/shop port 81: no pod"),
        ("ValidatingWebhookConfiguration shop", "Service shop/shp port 80: no pod"),
    }
    assert lines[-1] == "8 findings"
