"""What these platforms are told when something is missing: where, what was found, and what to add."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from platform_stack import (
    Application,
    DataSource,
    Generated,
    Platform,
    PlatformError,
    Secret,
    reaches_names,
    sends_traces,
)
from platform_stack.checks import Phase, errors, warnings
from platform_stack.synth import synthesize
from tests.library.foreign.made import connections, platform
from tests.library.foreign.shop import NAMESPACE, PAYMENTS, SHOP

if TYPE_CHECKING:
    from collections.abc import Callable


def changed(name: str, application: str, **fields: Any) -> Platform:  # noqa: ANN401  a field of any type
    """Return a platform with one of its applications changed."""
    declared = platform(name)
    (old,) = [one for one in declared.members if one.name == application]
    new = dataclasses.replace(old, **fields)

    def put(members: tuple[Application, ...]) -> tuple[Application, ...]:
        return tuple(new if one is old else one for one in members)

    return dataclasses.replace(
        declared, bootstrap=put(declared.bootstrap), applications=put(declared.applications)
    )


def no_gateway() -> Platform:
    return changed("envoy", "envoy-gateway", roles=())


def a_name_where_policies_cannot_say_names() -> Platform:
    return changed(
        "calico", "shop", flows=lambda _context: (reaches_names(PAYMENTS, because="takes payments"),)
    )


def an_api_server_of_no_address() -> Platform:
    declared = platform("calico")
    cluster = dataclasses.replace(declared.clusters[0], api_server_networks=())
    return dataclasses.replace(declared, clusters=(cluster,))


def a_mesh_that_nobody_is() -> Platform:
    (shop,) = [one for one in platform("calico").applications if one.name == "shop"]
    return changed("calico", "shop", namespaces=(dataclasses.replace(shop.namespaces[0], mesh=True),))


def a_secret_that_nobody_opens() -> Platform:
    secret = Secret(name="payments", namespace=NAMESPACE, keys={"token": Generated(what="a token")})
    return changed("calico", "shop", secrets=(secret,))


def a_monitor_of_an_unknown_kind() -> Platform:
    (shop,) = [one for one in platform("calico").applications if one.name == "shop"]
    return changed("envoy", "shop", manifests=shop.manifests)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            no_gateway,
            (
                "application 'shop': route 'shop'\n"
                "  found:    no application with the role Gateway\n"
                "  expected: a gateway that leads it\n"
            ),
        ),
        (
            a_name_where_policies_cannot_say_names,
            (
                "application 'shop': flows: 'takes payments'\n"
                "  found:    api.payments.example: hosts by name, which no policy of this network can say\n"
            ),
        ),
        (an_api_server_of_no_address, "cluster 'calico': api_server_networks\n  found:    none, and flows"),
        (
            a_mesh_that_nobody_is,
            (
                "application 'shop': namespace 'shop': mesh\n"
                "  found:    True, and no application has the role Mesh\n"
            ),
        ),
        (
            a_secret_that_nobody_opens,
            (
                "application 'shop': secrets\n"
                "  found:    Secrets, which no application of this platform opens\n"
                "  expected: an application with the role SecretOpener, and a dependency on it\n"
            ),
        ),
        (
            a_monitor_of_an_unknown_kind,
            (
                "kind monitoring.coreos.com/ServiceMonitor\n"
                "  found:    a custom kind that no application provides, used by shop\n"
            ),
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_missing_is_refused(wrong: Callable[[], Platform], message: str) -> None:
    with pytest.raises(PlatformError) as error:
        synthesize(wrong())
    assert message in str(error.value)


def test_a_data_source_that_nobody_shows_is_told() -> None:
    source = DataSource(name="Orders", uid="orders", type="prometheus", service=SHOP)
    estates = [one.estate for one in synthesize(changed("calico", "shop", data_sources=(source,)))]
    assert errors(estates, *Phase) == []
    (told,) = warnings(estates, *Phase)
    assert "application 'shop': data_sources" in told.where
    assert told.found == "nobody who queries Orders: no application has the role Dashboards"


def test_monitors_that_nobody_reads_are_told_and_lead_to_no_flow() -> None:
    (result,) = synthesize(changed("calico", "victoria-metrics", roles=()))
    told = warnings([result.estate], *Phase)
    assert {finding.where.partition("application ")[2].partition(":")[0] for finding in told} == {
        "'argo-cd'",
        "'external-secrets'",
        "'ingress-nginx'",
        "'shop'",
    }
    assert all("no application has a Scraper for it" in finding.found for finding in told)
    reached = {target.name for source, target, _ in connections(result) if source.name == "vmagent-main"}
    assert reached == {"vmsingle-main"}


def test_traces_that_nobody_collects_are_no_flow() -> None:
    (result,) = synthesize(changed("envoy", "shop", flows=lambda _context: (sends_traces(),)))
    assert [flow for flow in result.flows if flow.because == "sends traces"] == []
