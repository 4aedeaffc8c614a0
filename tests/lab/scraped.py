"""What the running programs say at their metrics endpoints, asked as their node would."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING

from tests.promql.asked import read

from . import metrics
from .images.references import parse
from .pods import is_ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .client import Object
    from .lab import Lab

# By the end of the repository's name: what tests.lab.metrics calls who exposes the names.
PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "argoproj/argocd": ("argocd",),
    "bitnami/sealed-secrets-controller": ("sealed-secrets",),
    "cilium/cilium": ("cilium-agent", "hubble"),
    "cilium/operator-generic": ("cilium-operator",),
    "coredns/coredns": ("coredns",),
    "external-dns/external-dns": ("external-dns",),
    "kube-state-metrics/kube-state-metrics": ("kube-state-metrics",),
    "kyverno/background-controller": ("kyverno",),
    "kyverno/kyverno": ("kyverno",),
    "kyverno/reports-controller": ("kyverno",),
    "oliver006/redis_exporter": ("redis",),
    "openpolicyagent/gatekeeper": ("gatekeeper",),
    "prometheus-operator/prometheus-config-reloader": ("config-reloader",),
    "prometheus-operator/prometheus-operator": ("prometheus-operator",),
    "prometheus/alertmanager": ("alertmanager",),
    "prometheus/node-exporter": ("node-exporter",),
    "prometheus/prometheus": ("prometheus",),
    "registry.k8s.io/etcd": ("dns-etcd",),
    "registry.k8s.io/kube-apiserver": ("kube-apiserver",),
}

# A port that is no HTTP, or wants TLS, gives nothing.
_ASK = """\
import json, sys, urllib.request
said = {}
for url in json.load(sys.stdin):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            if answer.headers.get_content_type() in ("text/plain", "application/openmetrics-text"):
                said[url] = answer.read().decode(errors="replace")
    except (OSError, ValueError):
        pass
json.dump(said, sys.stdout)
"""


def after_boot(lab: Lab) -> None:
    """Check that what rules and dashboards ask the running programs for is there."""
    said = expositions(lab)
    asked = metrics.expected(read(lab.platform.profile))
    names = sum(len(asked.get(program, ())) for program in said)
    lab.report.check(
        "the programs that run expose each metric that rules and dashboards ask them for",
        metrics.unknown_names(asked, said, metrics.NOT_ALWAYS),
        detail=f"{names} names of {', '.join(sorted(program for program in said if program in asked))}",
        look="the rule or the dashboard; tests/lab/metrics.py says what is there only sometimes",
    )


def expositions(lab: Lab) -> dict[str, list[str]]:
    """Return by program what each endpoint of its running containers says; a program without one is left out."""
    wanted: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pod in lab.api.list("/api/v1/pods"):
        if is_ready(pod):
            for program, port in _ports(lab, pod):
                url = f"http://{pod['status']['podIP']}:{port}/metrics"
                wanted[pod["spec"]["nodeName"]].append((program, url))
    said: dict[str, list[str]] = defaultdict(list)
    for node, pairs in wanted.items():
        urls = json.dumps(sorted({url for _, url in pairs})).encode()
        answers = json.loads(lab.plane.node(node).run(sys.executable, "-c", _ASK, given=urls).stdout)
        for program, url in pairs:
            if url in answers:
                said[program].append(answers[url])
    for program, path in (("kube-apiserver", "/metrics"), *_of_kubelets(lab)):
        said[program].append(lab.api.text(path))
    return dict(said)


def _of_kubelets(lab: Lab) -> Iterator[tuple[str, str]]:
    for node in lab.plane.nodes:
        for path in ("metrics", "metrics/cadvisor"):
            yield "kubelet", f"/api/v1/nodes/{node.name}/proxy/{path}"


def _ports(lab: Lab, pod: Object) -> Iterator[tuple[str, int]]:
    """Yield the TCP ports of the containers with a real program, with who that is."""
    for container in pod["spec"]["containers"]:
        reference = parse(container["image"])
        if str(reference) not in lab.programs:
            continue
        programs = next((found for name, found in PROGRAMS.items() if reference.is_of(name)), ())
        ports = [each for each in container.get("ports", ()) if each.get("protocol", "TCP") == "TCP"]
        for program, port in product(programs, ports):
            yield program, port["containerPort"]
