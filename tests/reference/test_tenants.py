"""The platform with tenants: the sample, and a team that installs from its own repositories."""

from __future__ import annotations

import dataclasses
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from apps import SMALL
from apps.__main__ import PLATFORM
from apps.policies.gatekeeper.annotations import ALLOWED, STEERING
from apps.tenants.sample import SAMPLE
from platform_stack import Context, PlatformError, Repository, Route, Service, Tenant
from platform_stack.budget import Request, pod_request, total
from platform_stack.checks.dangling import leads_somewhere
from platform_stack.constructs.tenant import objects as tenant_objects
from platform_stack.integrations.argo_cd.projects import tenant_project
from platform_stack.integrations.grafana import DASHBOARD_LABEL
from platform_stack.labels import GATE_EXEMPT
from platform_stack.network.table import rows
from platform_stack.quantity import quantity
from platform_stack.schemas import validate
from platform_stack.synth import Synthesized, synthesize
from platform_stack.typed import to_manifest
from tests.flows.oracle import Oracle
from tests.flows.peers import Pod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack import Profile
    from platform_stack.constructs import ManifestChart
    from platform_stack.network.pods import Workload

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "add-a-tenant.md"
BOOKS = Tenant(
    name="books",
    group="book-team",
    contact="books@example.test",
    namespaces=("books", "books-test"),
    repositories=(
        Repository(name="web", url="https://git.example.test/books", path="deploy", ports=(8080,)),
        Repository(
            name="test", url="https://git.example.test/books", revision="v1.2", namespace="books-test"
        ),
    ),
    routes=(Route(host="books", service=Service(name="web", namespace="books", port=80)),),
)


@cache
def made(profile: Profile = "laptop") -> Synthesized:
    (cluster,) = PLATFORM.clusters
    changed = dataclasses.replace(cluster, profile=profile, iscsi=profile == "ha")
    platform = dataclasses.replace(PLATFORM, tenants=(SAMPLE, BOOKS), clusters=(changed,))
    (result,) = synthesize(platform)
    return result


def context() -> Context:
    return Context(dataclasses.replace(PLATFORM, tenants=(SAMPLE, BOOKS)), made().cluster)


def read(path: str) -> dict[str, Any]:
    result: dict[str, Any] = yaml.safe_load(made().files[path])
    return result


def own(application: str, kind: str) -> Iterator[dict[str, Any]]:
    return (item for item in made().objects[application] if item["kind"] == kind)


def test_a_namespace_says_whose_it_is_and_what_it_may_use() -> None:
    metadata = read("apps/tenant-sample/manifests/Namespace.sample.yaml")["metadata"]
    assert metadata["labels"].items() >= {
        ("platform-stack.io/tier", "tenant"),
        ("platform-stack.io/owner", "sample"),
        ("istio-injection", "enabled"),
        ("pod-security.kubernetes.io/enforce", "restricted"),
    }
    assert metadata["annotations"].items() >= {
        ("platform-stack.io/contact", SAMPLE.contact),
        ("platform-stack.io/quota-cpu", SAMPLE.quota.cpu),
        ("platform-stack.io/quota-memory", SAMPLE.quota.memory),
        ("platform-stack.io/quota-pods", str(SAMPLE.quota.pods)),
        ("platform-stack.io/quota-storage", SAMPLE.quota.storage),
    }


def test_the_group_may_look_forward_ports_and_restart_pods_and_nothing_else() -> None:
    for namespace in BOOKS.namespace_names:
        roles = [one for one in own("tenant-books", "Role") if one["metadata"]["namespace"] == namespace]
        rights = {
            (resource, verb)
            for role in roles
            for rule in role["rules"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
        }
        assert rights == {("pods", "delete"), ("pods/portforward", "create"), ("pods/portforward", "get")}
        bindings = [
            one for one in own("tenant-books", "RoleBinding") if one["metadata"]["namespace"] == namespace
        ]
        bound = {(one["roleRef"]["kind"], one["roleRef"]["name"]) for one in bindings}
        assert bound == {
            ("ClusterRole", "view"),
            *(("Role", role["metadata"]["name"]) for role in roles),
        }
        subjects = [subject for one in bindings for subject in one["subjects"]]
        assert {(one["kind"], one["name"]) for one in subjects} == {("Group", "book-team")}
    kinds = {item["kind"] for item in made().objects["tenant-books"]}
    assert not {kind for kind in kinds if kind.startswith("ClusterRole")}


def test_the_project_of_a_tenant_lets_it_change_its_own_and_no_limits() -> None:
    spec = read("root/AppProject.books.yaml")["spec"]
    assert spec["sourceRepos"] == ["https://git.example.test/books"]
    assert [one["namespace"] for one in spec["destinations"]] == ["books", "books-test"]
    assert spec["clusterResourceWhitelist"] == []
    kinds = {one["kind"] for one in spec["namespaceResourceWhitelist"]}
    assert kinds >= {"Deployment", "StatefulSet", "Service", "ConfigMap", "SealedSecret", "CronJob"}
    assert kinds >= {"Pod", "ReplicaSet"}  # or Argo CD shows neither, nor a log
    assert not kinds & {
        "*", "ResourceQuota", "LimitRange", "NetworkPolicy", "CiliumNetworkPolicy", "PeerAuthentication",
        "AuthorizationPolicy", "Role", "RoleBinding", "Ingress", "Certificate", "Secret", "PolicyException",
        "ServiceMonitor", "PodMonitor", "Application", "KongPlugin", "Endpoints", "EndpointSlice", "Issuer",
    }  # fmt: skip
    (role,) = spec["roles"]
    assert role["groups"] == ["book-team"]
    assert role["policies"] == [
        "p, proj:books:team, applications, get, books/*, allow",
        "p, proj:books:team, applications, sync, books/*, allow",
        "p, proj:books:team, logs, get, books/*, allow",
    ]


def test_a_group_that_is_a_distinguished_name_is_one_group() -> None:
    shop = Tenant(name="shop", group="cn=shop,ou=teams", contact="shop@example.test")
    project: dict[str, Any] = to_manifest(tenant_project(shop, PLATFORM, PLATFORM.clusters[0]))
    assert project["spec"]["roles"][0]["groups"] == ['"cn=shop,ou=teams"']
    rights: list[dict[str, Any]] = [to_manifest(item) for item in tenant_objects(shop)]
    subjects = [one for item in rights if item["kind"] == "RoleBinding" for one in item["subjects"]]
    assert {one["name"] for one in subjects} == {"cn=shop,ou=teams"}


def test_the_group_sees_what_the_platform_installs_for_it_and_cannot_sync_it() -> None:
    (role,) = read("root/AppProject.tenant-books.yaml")["spec"]["roles"]
    assert role["groups"] == ["book-team"]
    assert role["policies"] == [
        "p, proj:tenant-books:team, applications, get, tenant-books/*, allow",
        "p, proj:tenant-books:team, logs, get, tenant-books/*, allow",
    ]
    assert "roles" not in read("root/AppProject.vault.yaml")["spec"]


def test_each_repository_becomes_an_application_in_the_tenants_project() -> None:
    web, test = (read(f"root/Application.tenant-books-{name}.yaml") for name in ("web", "test"))
    assert web["spec"]["sources"] == [
        {"repoURL": "https://git.example.test/books", "targetRevision": "main", "path": "deploy"}
    ]
    assert test["spec"]["sources"] == [
        {"repoURL": "https://git.example.test/books", "targetRevision": "v1.2", "path": "."}
    ]
    assert [one["spec"]["destination"]["namespace"] for one in (web, test)] == ["books", "books-test"]
    platforms = yaml.safe_load(made().files["apps/loki/application.yaml"])["spec"]["syncPolicy"]
    wave = "argocd.argoproj.io/sync-wave"
    before = read("root/ApplicationSet.tenant-books.yaml")["metadata"]["annotations"][wave]
    for one in (web, test):
        assert one["spec"]["project"] == "books"
        assert one["spec"]["syncPolicy"] == platforms
        assert int(one["metadata"]["annotations"][wave]) == int(before) + 1
        assert GATE_EXEMPT in one["metadata"]["annotations"]
        assert validate(one) == []


def test_nobody_waits_for_a_tenant_and_a_tenant_waits_for_everybody() -> None:
    waves = context().platform.waves
    tenants = {"tenant-sample", "tenant-books"}
    assert {waves[name] for name in tenants} == {
        max(waves[name] for name in waves if name not in tenants) + 1
    }
    for name in tenants:
        for path in (f"apps/{name}/application.yaml", f"root/ApplicationSet.{name}.yaml"):
            assert GATE_EXEMPT in read(path)["metadata"]["annotations"]
    assert GATE_EXEMPT not in read("apps/loki/application.yaml")["metadata"]["annotations"]


@pytest.mark.parametrize("profile", ["laptop", "ha"])
def test_every_manifest_of_a_tenant_is_valid_and_leads_somewhere(profile: Profile) -> None:
    result = made(profile)
    for name in ("tenant-sample", "tenant-books"):
        assert {
            item["metadata"]["name"]: validate(item) for item in result.objects[name] if validate(item)
        } == {}
    assert [str(finding) for finding in leads_somewhere(result.estate)] == []


def test_the_sample_changes_nothing_but_its_own_and_who_talks_to_it() -> None:
    (cluster,) = PLATFORM.clusters
    (result,) = synthesize(dataclasses.replace(PLATFORM, tenants=(SAMPLE,)))
    folder = ROOT / "dist" / cluster.name
    before = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert set(before) <= set(result.files)
    changed = {path for path in before if result.files[path] != before[path]}
    # The registries that Kyverno allows a tenant are in its policies.
    assert {path for path in changed if not path.startswith("apps/kyverno/manifests/")} == {
        "README.md",
        "bootstrap/cluster.env",  # what it asks of the machine
    }
    added = {path for path in set(result.files) - set(before) if not path.startswith("apps/tenant-sample/")}
    root = {path for path in added if path.startswith("root/")}
    assert root == {
        "root/AppProject.sample.yaml",
        "root/AppProject.tenant-sample.yaml",
        "root/ApplicationSet.tenant-sample.yaml",
    }
    policies = {path.split("/")[1] for path in added - root}
    assert policies == {"istio", "kong", "prometheus", "tracing"}
    assert all("Policy." in path and "sample-podinfo" in path for path in added - root)


def test_the_way_of_a_request_its_metrics_and_its_trace() -> None:
    found = {
        (row.source, row.target, row.port)
        for row in rows(made().flows)
        if "tenant-sample" in (row.from_application, row.to_application)
    }
    assert found == {
        ("kong/kong", "sample/podinfo", "9898/TCP"),
        ("monitoring/prometheus-kps", "sample/podinfo", "9797/TCP"),
        ("monitoring/prometheus-kps", "sample/podinfo", "15020/TCP"),
        ("sample/podinfo", "istio-system/istiod", "15012/TCP"),
        ("sample/podinfo", "tracing/tempo", "4317/TCP"),
    }
    (gateway,) = [
        row for row in rows(made().flows) if row.target == "sample/podinfo" and "kong" in row.source
    ]
    assert gateway.protection == "mTLS"
    (route,) = own("tenant-sample", "Ingress")
    assert route["spec"]["tls"] == [
        {"hosts": [f"sample.{PLATFORM.clusters[0].domain}"], "secretName": "sample-tls"}
    ]
    (service,) = own("tenant-sample", "Service")
    # Kong's sidecar knows Services, not pod addresses: without this its requests would arrive in plain text.
    assert service["metadata"]["annotations"]["ingress.kubernetes.io/service-upstream"] == "true"
    (deployment,) = own("tenant-sample", "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [
        {"name": "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "value": "http://tempo.tracing.svc:4317"}
    ]


def test_a_tenant_s_route_carries_no_annotation_that_is_refused() -> None:
    steering = [
        (key, value)
        for kind in ("Ingress", "Service")
        for item in own("tenant-sample", kind)
        for key, value in item["metadata"]["annotations"].items()
        if key.partition("/")[0] in STEERING
    ]
    assert "konghq.com/plugins" in dict(steering)
    assert [(key, value) for key, value in steering if not re.fullmatch(ALLOWED.get(key, ""), value)] == []


def test_without_tracing_the_sample_sends_no_traces() -> None:
    applications = tuple(one for one in PLATFORM.applications if one.name != "tracing")
    (result,) = synthesize(dataclasses.replace(PLATFORM, applications=applications, tenants=(SAMPLE,)))
    deployment = yaml.safe_load(result.files["apps/tenant-sample/manifests/Deployment.podinfo.yaml"])
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert "env" not in container
    assert not [one for one in container["args"] if "otel" in one]


def test_prometheus_and_grafana_find_what_is_a_tenants() -> None:
    values = read("apps/prometheus/values/kube-prometheus-stack.yaml")
    spec = values["prometheus"]["prometheusSpec"]
    for kind in ("serviceMonitor", "podMonitor", "rule"):
        assert spec[f"{kind}SelectorNilUsesHelmValues"] is False
        # The chart's own default is every namespace.
        assert not {f"{kind}Selector", f"{kind}NamespaceSelector"} & set(spec)
    dashboards = values["grafana"]["sidecar"]["dashboards"]
    assert dashboards["searchNamespace"] == "ALL"
    (shown,) = own("tenant-sample", "ConfigMap")
    assert shown["metadata"]["labels"].items() >= DASHBOARD_LABEL.items()
    assert {dashboards["label"]: dashboards["labelValue"]} == DASHBOARD_LABEL
    panels = json.loads(shown["data"]["sample.json"])["panels"]
    assert all('namespace="sample"' in panel["targets"][0]["expr"] for panel in panels)


def test_alloy_collects_the_logs_of_every_namespace() -> None:
    config = read("apps/loki/values/alloy.yaml")["alloy"]["configMap"]["content"]
    discovery = config.partition('discovery.kubernetes "pods"')[2].partition("discovery.relabel")[0]
    assert "namespaces" not in discovery
    dropped = config.partition('discovery.relabel "pods"')[2].partition('action        = "drop"')[0]
    assert "__meta_kubernetes_namespace" not in dropped


def requests(result: Synthesized) -> list[Any]:
    return list(result.estate.budget)


def test_the_sample_asks_for_little() -> None:
    found = total(one.total for one in requests(made()) if one.application == "tenant-sample")
    assert found != Request()
    assert found.cpu <= quantity("20m")
    assert found.memory <= quantity("64Mi")


def test_the_sample_fits_the_laptop_without_velero_and_beside_the_small_selection() -> None:
    without = tuple(one for one in PLATFORM.applications if one.name != "velero")
    for applications, cpu, memory in ((without, "800m", "2.7Gi"), (SMALL, "700m", "2.4Gi")):
        platform = dataclasses.replace(PLATFORM, applications=applications, tenants=(SAMPLE,))
        (result,) = synthesize(platform)
        counted = result.estate.budget
        manual = {one.name for one in platform.members if one.sync.manual(result.cluster)}
        asked = total(one.total for one in counted if one.application not in manual)
        assert asked.cpu <= quantity(cpu)
        assert asked.memory <= quantity(memory)


@pytest.mark.parametrize("profile", ["laptop", "ha"])
def test_the_samples_quota_holds_it_with_its_sidecar_while_it_is_rolled(profile: Profile) -> None:
    result = made(profile)
    (deployment,) = [one for one in result.objects["tenant-sample"] if one["kind"] == "Deployment"]
    sidecar = yaml.safe_load(result.files["apps/istio/values/istiod.yaml"])["global"]["proxy"]["resources"]
    pod = deployment["spec"]["template"]["spec"]
    pods = deployment["spec"]["replicas"] + 1
    assert pods <= SAMPLE.quota.pods
    asked = pod_request(pod) + pod_request({"containers": [{"resources": sidecar}]})
    assert asked.cpu * pods <= quantity(SAMPLE.quota.cpu)
    assert asked.memory * pods <= quantity(SAMPLE.quota.memory)
    limits = sum(
        quantity(one["limits"]["memory"]) for one in (sidecar, *(c["resources"] for c in pod["containers"]))
    )
    assert limits * pods <= 2 * quantity(SAMPLE.quota.memory)


def test_the_readme_names_the_tenants() -> None:
    text = made().files["README.md"].decode()
    section = text.partition("## Tenants")[2].partition("\n## ")[0]
    assert "| sample | the platform's team | sample-team | sample |" in section
    assert "ghcr.io/stefanprodan" in section
    assert "deploy of https://git.example.test/books at main" in section
    (cluster,) = PLATFORM.clusters
    assert "## Tenants" not in (ROOT / "dist" / cluster.name / "README.md").read_text()


def test_the_sample_is_off_and_one_line_away() -> None:
    assert PLATFORM.tenants == ()
    assert "tenants=(SAMPLE,)" in GUIDE.read_text()


def test_what_the_guide_describes_is_a_tenant_in_ten_lines() -> None:
    (code,) = re.findall(
        r"^```python apps/tenants/shop.py\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL
    )
    assert len(code.partition("Tenant(\n")[2].splitlines()) <= 10
    described: dict[str, Any] = {}
    exec(code, described)  # noqa: S102  the guide's own text
    (result,) = synthesize(dataclasses.replace(PLATFORM, tenants=(described["SHOP"],)))
    assert "root/Application.tenant-shop-web.yaml" in result.files
    assert "root/AppProject.shop.yaml" in result.files
    assert "apps/tenant-shop/manifests/Ingress.shop.yaml" in result.files


def test_a_monitor_of_a_tenant_stays_in_its_namespace() -> None:
    monitor = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {"name": "all", "namespace": "nosy"},
        "spec": {"selector": {}, "endpoints": [{"port": "http"}], "namespaceSelector": {"any": True}},
    }

    def manifests(chart: ManifestChart, _context: Context) -> None:
        chart.add(monitor)

    nosy = Tenant(name="nosy", group="nosy", contact="nosy", manifests=manifests)
    with pytest.raises(PlatformError, match="selects pods of its own namespace"):
        synthesize(dataclasses.replace(PLATFORM, tenants=(nosy,)))


POLICIES = ("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")


def pod(workload: Workload) -> Pod:
    return Pod(workload.namespace, workload.name, dict(workload.labels), dict(workload.ports))


@cache
def oracle() -> tuple[Oracle, dict[str, list[Workload]]]:
    everything = [item for items in made().objects.values() for item in items]
    inventory = made().estate.inventory
    known = {
        name: [one for one in found if not one.host_network]
        for name, found in inventory.by_application.items()
    }
    namespaces = {
        item["metadata"]["name"]: item["metadata"]["labels"]
        for item in everything
        if item["kind"] == "Namespace"
    }
    judge = Oracle(
        [item for item in everything if item["kind"] in POLICIES],
        [pod(one) for found in known.values() for one in found],
        namespaces,
    )
    return judge, known


@pytest.mark.parametrize("tenant", ["tenant-sample", "tenant-books"])
def test_a_tenant_reaches_the_mesh_and_traces_and_no_other_pod(tenant: str) -> None:
    judge, known = oracle()
    reached = {
        (target.namespace, target.name, port)
        for source in known[tenant]
        for name, targets in known.items()
        if name != tenant
        for target in targets
        for port in {*target.numbers, 15020, 15090}
        if judge.allows(pod(source), pod(target), port)
    }
    assert reached == {("istio-system", "istiod", 15012), ("tracing", "tempo", 4317)}
    every = {(one.name, port) for found in known.values() for one in found for port in one.numbers}
    assert every >= {
        ("vault", 8200),
        ("vault", 8201),
        ("jaeger-tempo-bridge", 17271),
    }  # they were asked about


def test_prometheus_reaches_the_sidecars_of_a_repository() -> None:
    judge, known = oracle()
    (prometheus,) = [one for one in known["prometheus"] if one.name == "prometheus-kps"]
    for one in known["tenant-books"]:
        assert judge.allows(pod(prometheus), pod(one), 15020)


def test_the_gateway_reaches_the_ports_of_a_repository() -> None:
    judge, known = oracle()
    (kong,) = known["kong"]
    stranger = next(pod(one) for one in known["tenant-books"] if one.namespace == "books")
    assert judge.allows(pod(kong), stranger, 8080)
    assert not judge.allows(pod(kong), stranger, 80)
