"""`platform-stack check`: what matches nothing."""

from __future__ import annotations

import copy
import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import pytest

from apps.__main__ import PLATFORM
from platform_stack import Context
from platform_stack.checks.dangling import check
from platform_stack.model.cluster import PROFILES
from platform_stack.synth import synthesize

if TYPE_CHECKING:
    from collections.abc import Callable

    from platform_stack import Profile

Objects = dict[str, list[dict[str, Any]]]


@functools.cache
def made(profile: Profile) -> tuple[Context, Objects]:
    (cluster,) = PLATFORM.clusters
    changed = dataclasses.replace(cluster, profile=profile, iscsi=profile == "ha")
    platform = dataclasses.replace(PLATFORM, clusters=(changed,))
    (result,) = synthesize(platform)
    return Context(platform, changed), {name: list(items) for name, items in result.objects.items()}


@pytest.mark.parametrize("profile", PROFILES)
def test_everything_of_the_platform_leads_somewhere(profile: Profile) -> None:
    assert list(check(*made(profile))) == []


def test_everything_that_is_declared_as_made_at_run_time_needs_it() -> None:
    silent = tuple(dataclasses.replace(member, made_at_run_time={}) for member in PLATFORM.members)
    found = ""
    for profile in PROFILES:
        context, objects = made(profile)
        bare = dataclasses.replace(context.platform, bootstrap=silent[:2], applications=silent[2:])
        found += "\n".join(str(finding) for finding in check(Context(bare, context.cluster), objects))
    for member in PLATFORM.members:
        for key in member.made_at_run_time:
            assert key in found, key


def find(objects: Objects, kind: str, name: str) -> dict[str, Any]:
    (item,) = [
        i for items in objects.values() for i in items if (i["kind"], i["metadata"]["name"]) == (kind, name)
    ]
    return item


def drop(objects: Objects, kind: str, name: str) -> None:
    for items in objects.values():
        items[:] = [item for item in items if (item["kind"], item["metadata"]["name"]) != (kind, name)]


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
    ],
    ids=["service", "webhook", "route", "data source", "port", "policy", "config map", "account", "secret"],
)
def test_a_mistake_is_named(mistake: Callable[[Objects], None], where: str) -> None:
    context, objects = made("laptop")
    broken = copy.deepcopy(objects)
    mistake(broken)
    assert where in "\n".join(str(finding) for finding in check(context, broken))
