"""`platform-stack check`: what matches nothing."""

from __future__ import annotations

import copy
import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from apps.__main__ import PLATFORM
from platform_stack import Context
from platform_stack.checks.dangling import references
from platform_stack.estate import Estate
from platform_stack.model.cluster import PROFILES
from tests import described

if TYPE_CHECKING:
    from collections.abc import Callable

    from platform_stack import Profile

Objects = dict[str, list[dict[str, Any]]]


def made(profile: Profile) -> tuple[Context, Objects]:
    result = described.made(profile)
    return result.estate.context, {name: list(items) for name, items in result.objects.items()}


def found(context: Context, objects: Objects) -> list[str]:
    inventory = Estate(context, objects).inventory
    return [str(finding) for finding in references(context.platform, inventory, objects)]


@pytest.mark.parametrize("profile", PROFILES)
def test_everything_of_the_platform_leads_somewhere(profile: Profile) -> None:
    assert found(*made(profile)) == []


def test_everything_that_is_declared_as_made_at_run_time_needs_it() -> None:
    silent = tuple(
        dataclasses.replace(member, run_time=dataclasses.replace(member.run_time, objects={}))
        for member in PLATFORM.members
    )
    missed = ""
    for profile in PROFILES:
        context, objects = made(profile)
        bare = dataclasses.replace(context.platform, bootstrap=silent[:2], applications=silent[2:])
        missed += "\n".join(found(Context(bare, context.cluster), objects))
    for member in PLATFORM.members:
        for key in member.run_time.objects:
            assert key in missed, key


def find(objects: Objects, kind: str, name: str) -> dict[str, Any]:
    (item,) = [
        i for items in objects.values() for i in items if (i["kind"], i["metadata"]["name"]) == (kind, name)
    ]
    return item


def drop(objects: Objects, kind: str, name: str) -> None:
    for items in objects.values():
        items[:] = [item for item in items if (item["kind"], item["metadata"]["name"]) != (kind, name)]


def cron_job(namespace: str, name: str, *, account: str) -> dict[str, Any]:
    pod = {"serviceAccountName": account, "containers": [{"name": name}]}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"jobTemplate": {"spec": {"template": {"metadata": {}, "spec": pod}}}},
    }


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (
            lambda o: find(o, "Service", "loki")["spec"].update(selector={"app": "loky"}),
            "Service logging/loki",
        ),
        (lambda o: drop(o, "Service", "cert-manager-webhook"), "WebhookConfiguration cert-manager-webhook"),
        (lambda o: drop(o, "Service", "jaeger"), "Ingress tracing/jaeger"),
        (lambda o: drop(o, "Service", "tempo"), "data source Tempo"),
        (
            lambda o: find(o, "ServiceMonitor", "tempo")["spec"]["endpoints"][0].update(port="metrcs"),
            "ServiceMonitor tracing/tempo",
        ),
        (
            lambda o: find(o, "NetworkPolicy", "ingress-loki-from-alloy")["spec"].update(
                podSelector={"matchLabels": {"app": "loky"}}
            ),
            "NetworkPolicy logging/ingress-loki-from-alloy",
        ),
        (
            lambda o: drop(o, "ConfigMap", "falco-falcoctl"),
            "ConfigMap falco/falco-falcoctl, which nobody makes",
        ),
        (lambda o: drop(o, "ServiceAccount", "falco"), "ServiceAccount falco/falco, which nobody makes"),
        (lambda o: drop(o, "Certificate", "kong-validation-webhook"), "Secret kong/kong-validation-webhook"),
        (
            lambda o: o["loki"].append(cron_job("logging", "clean", account="cleaner")),
            "ServiceAccount logging/cleaner, which nobody makes",
        ),
        (
            lambda o: find(o, "Service", "loki")["spec"]["ports"][0].update(targetPort="http-metrcs"),
            "targetPort 'http-metrcs': no pod",
        ),
        (
            lambda o: find(o, "ServiceMonitor", "tempo")["spec"].update(
                selector={"matchLabels": {"app": "tmpo"}}
            ),
            "ServiceMonitor tracing/tempo",
        ),
        (
            lambda o: find(o, "ServiceMonitor", "tempo")["spec"]["endpoints"].append({"port": "second"}),
            "endpoint 'second': no pod",
        ),
        (
            lambda o: find(o, "PodMonitor", "istio-cni")["spec"]["podMetricsEndpoints"][0].update(port="a"),
            "PodMonitor istio-system/istio-cni",
        ),
        (
            lambda o: find(o, "ValidatingWebhookConfiguration", "kps-admission")["webhooks"].append(
                {"name": "a", "clientConfig": {"service": {"namespace": "monitoring", "name": "gone"}}}
            ),
            "Service monitoring/gone port 443: no pod",
        ),
        (
            lambda o: find(o, "Ingress", "vault")["spec"]["rules"][0]["http"]["paths"][0]["backend"][
                "service"
            ].update(port={"number": 8300}),
            "Service vault/vault port 8300: no pod",
        ),
        (
            lambda o: find(o, "CiliumNetworkPolicy", "ingress-kong-from-world")["spec"].update(
                endpointSelector={"matchLabels": {"app": "kng"}}
            ),
            "CiliumNetworkPolicy kong/ingress-kong-from-world",
        ),
        (
            lambda o: find(o, "AuthorizationPolicy", "ingress-jaeger-from-kong")["spec"].update(
                selector={"matchLabels": {"app": "jager"}}
            ),
            "AuthorizationPolicy tracing/ingress-jaeger-from-kong",
        ),
        (
            lambda o: find(o, "PeerAuthentication", "tempo")["spec"].update(
                selector={"matchLabels": {"app": "tmpo"}}
            ),
            "PeerAuthentication tracing/tempo",
        ),
        (
            lambda o: find(o, "PodDisruptionBudget", "jaeger")["spec"].update(
                selector={"matchLabels": {"app": "jager"}}
            ),
            "PodDisruptionBudget tracing/jaeger",
        ),
    ],
    ids=[
        "service",
        "webhook",
        "route",
        "data source",
        "port",
        "policy",
        "config map",
        "account",
        "secret",
        "cron job's account",
        "target port",
        "monitor's selector",
        "one endpoint of two",
        "pod monitor",
        "one webhook of two",
        "route's port",
        "cilium policy",
        "authorization policy",
        "peer authentication",
        "disruption budget",
    ],
)
def test_a_mistake_is_named(mistake: Callable[[Objects], None], where: str) -> None:
    context, objects = made("ha")  # it has disruption budgets
    broken = copy.deepcopy(objects)
    mistake(broken)
    assert where in "\n".join(found(context, broken))
