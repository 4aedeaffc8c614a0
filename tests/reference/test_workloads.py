"""What the charts make of our values, from the recorded facts: hardened, pinned, within requests and limits."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apps.__main__ import PLATFORM
from platform_stack.kubernetes import pod_template
from platform_stack.model.cluster import PROFILES
from platform_stack.quantity import quantity
from platform_stack.recorded import reference_context, releases
from tests.flows.dist import made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack import Profile

ROOT = Path(__file__).parents[2]
POD_TEMPLATES = ("Deployment", "StatefulSet", "DaemonSet", "Job")
PRIVILEGED = {
    namespace.name
    for member in PLATFORM.members
    for namespace in member.namespaces
    if namespace.pod_security == "privileged"
}


def containers(profile: Profile) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield (namespace/kind/name/container, pod, container) of each container of the platform."""
    for release in releases(PLATFORM, reference_context(PLATFORM, profile)):
        for item in release.objects:
            if item["kind"] in POD_TEMPLATES:
                pod = item["spec"]["template"]["spec"]
                metadata = item["metadata"]
                for container in pod.get("initContainers", []) + pod["containers"]:
                    name = f"{metadata['namespace']}/{item['kind']}/{metadata['name']}/{container['name']}"
                    yield name, pod, container


@pytest.mark.parametrize("profile", PROFILES)
def test_every_container_is_restricted_and_read_only_unless_its_namespace_says_why(profile: Profile) -> None:
    loose = {}
    for name, pod, container in containers(profile):
        if name.split("/")[0] in PRIVILEGED:
            continue
        own = container.get("securityContext", {})
        both = {**pod.get("securityContext", {}), **own}
        wrong = [
            what
            for what, right in {
                "runAsNonRoot": both.get("runAsNonRoot") is True,
                "seccompProfile": both.get("seccompProfile", {}).get("type") == "RuntimeDefault",
                "allowPrivilegeEscalation": own.get("allowPrivilegeEscalation") is False,
                "capabilities": own.get("capabilities", {}).get("drop") == ["ALL"],
                "readOnlyRootFilesystem": own.get("readOnlyRootFilesystem") is True,
            }.items()
            if not right
        ]
        if wrong or any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
            loose[name] = wrong
    assert loose == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_every_container_has_requests_and_a_memory_limit(profile: Profile) -> None:
    missing = [
        name
        for name, _, container in containers(profile)
        if not {"cpu", "memory"} <= container.get("resources", {}).get("requests", {}).keys()
        or "memory" not in container["resources"].get("limits", {})
    ]
    # Where the chart takes no resources: Cilium's init containers end at once; Longhorn's pods are outside
    # the laptop's budget, and a LimitRange gives them requests.
    assert {name.rpartition("/")[0] for name in missing} <= {
        "kube-system/DaemonSet/cilium",
        "longhorn-system/DaemonSet/longhorn-manager",
        "longhorn-system/Deployment/longhorn-driver-deployer",
        "longhorn-system/Deployment/longhorn-ui",
        "longhorn-system/Job/longhorn-post-upgrade",
        "longhorn-system/Job/longhorn-uninstall",
    }
    assert "kube-system/DaemonSet/cilium/cilium-agent" not in missing


@pytest.mark.parametrize("profile", PROFILES)
def test_every_image_is_pinned(profile: Profile) -> None:
    images = {container["image"] for _, _, container in containers(profile)}
    assert len(images) > 10
    floating = [
        image
        for image in images
        if not re.search(r"@sha256:[0-9a-f]{64}$|:[\w][\w.-]*\d[\w.-]*$", image) or image.endswith(":latest")
    ]
    assert floating == []


def test_the_laptop_profile_has_one_of_everything_and_ha_at_least_two_of_what_can_have_them() -> None:
    """What stays single on `ha`, and why, is said here."""
    single = {
        "external-dns": "the chart fixes one: two would write the same records",
        "gatekeeper-audit": "the chart fixes one",
        "grafana": "its sessions are in its own SQLite",
        "kps-operator": "leader election without a second replica in the chart; Prometheus runs without it",
        "loki": "its store is a volume; replicas need an object store",
        "longhorn-driver-deployer": "the chart fixes one: it installs and waits",
        "kube-state-metrics": "a second one would export every series twice",
        "sealed-secrets-controller": "two would write the same Secrets",
        "seaweedfs-all-in-one": "one process with one volume",
        "tempo": "its store is a volume; replicas need an object store",
        "velero": "the chart fixes one",
    }
    for profile in PROFILES:
        found = {
            item["metadata"]["name"]: item["spec"].get("replicas", 1)
            for release in releases(PLATFORM, reference_context(PLATFORM, profile))
            for item in release.objects
            if item["kind"] in ("Deployment", "StatefulSet", "Prometheus", "Alertmanager")
        }
        if profile == "laptop":
            assert set(found.values()) == {1}
        else:
            assert {name for name, replicas in found.items() if replicas < 2} == set(single)


def test_what_has_replicas_has_a_disruption_budget() -> None:
    found = [
        item for release in releases(PLATFORM, reference_context(PLATFORM, "ha")) for item in release.objects
    ]
    budgets = [item for item in found if item["kind"] == "PodDisruptionBudget"]
    for item in found:
        if item["kind"] in ("Deployment", "StatefulSet") and item["spec"].get("replicas", 1) > 1:
            labels = item["spec"]["template"]["metadata"]["labels"].items()
            assert any(
                budget["spec"]["selector"]["matchLabels"].items() <= labels
                and budget["metadata"]["namespace"] == item["metadata"]["namespace"]
                for budget in budgets
            ), item["metadata"]["name"]


def values_of(chart: str) -> dict[str, Any]:
    (found,) = [
        one for one in releases(PLATFORM, reference_context(PLATFORM, "laptop")) if one.chart.name == chart
    ]
    return dict(found.values)


def test_bodies_fit_where_the_gateway_puts_them() -> None:
    """Kong's nginx writes what its buffers do not hold below its prefix; over the limit the pod is evicted."""
    kong = values_of("kong")
    assert kong["env"]["nginx_http_proxy_max_temp_file_size"] == "0"
    most = int(kong["env"]["nginx_http_client_max_body_size"].removesuffix("m")) * 2**20
    room = quantity(kong["deployment"]["prefixDir"]["sizeLimit"])
    assert most * 8 <= room  # eight at once


def test_tempo_may_read_its_log_before_it_is_ready() -> None:
    tempo = next(
        container for name, _, container in containers("laptop") if name == "tracing/StatefulSet/tempo/tempo"
    )
    probe = values_of("tempo")["tempo"]["livenessProbe"]
    assert "startupProbe" in tempo or probe["failureThreshold"] * probe.get("periodSeconds", 10) >= 300


def test_the_backup_store_reports_to_nobody() -> None:
    store = values_of("seaweedfs")["allInOne"]
    assert "-master.telemetry=false" in store["extraArgs"]


def test_an_agent_of_vault_has_what_its_chart_gives_it() -> None:
    """What is put into a consumer's pod is in no fact: the injector makes it at run time."""
    agent = values_of("vault")["injector"]["agentDefaults"]
    assert quantity(agent["memLimit"]) >= quantity("128Mi")
    assert quantity(agent["cpuLimit"]) >= quantity("500m")


@pytest.mark.parametrize("profile", PROFILES)
def test_an_etcd_has_room_for_its_write_ahead_log(profile: Profile) -> None:
    """It preallocates two files of 64 MB, then come its database and snapshots; a full emptyDir evicts the pod."""
    result, *_ = made(profile)
    limits = [
        volume["emptyDir"].get("sizeLimit")
        for items in result.objects.values()
        for item in items
        for pod in [pod_template(item).get("spec") or {}]
        for container in pod.get("containers") or ()
        if "/etcd:" in container.get("image", "")
        for mount in container["volumeMounts"]
        for volume in pod["volumes"]
        if volume["name"] == mount["name"] and "emptyDir" in volume
    ]
    assert limits != []
    assert [limit for limit in limits if limit and quantity(limit) < quantity("256Mi")] == []


def test_on_ha_no_single_node_or_drain_takes_away_the_webhook_that_fails_closed() -> None:
    """One replica of Kyverno takes about 25 s to come back, and meanwhile no pod starts."""
    objects = [
        item for release in releases(PLATFORM, reference_context(PLATFORM, "ha")) for item in release.objects
    ]
    found = {(item["kind"], item["metadata"]["name"]): item["spec"] for item in objects if "spec" in item}
    name = "kyverno-admission-controller"
    deployment = found["Deployment", name]
    template = deployment["template"]
    labels = template["metadata"]["labels"].items()
    assert deployment["replicas"] >= 2
    assert deployment["strategy"]["type"] == "RollingUpdate"
    budget = found["PodDisruptionBudget", name]
    assert 1 <= budget["minAvailable"] < deployment["replicas"]
    assert budget["selector"]["matchLabels"].items() <= labels
    (spread,) = template["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"].items() <= labels
    assert (spread["topologyKey"], spread["whenUnsatisfiable"], spread["maxSkew"]) == (
        "kubernetes.io/hostname",
        "DoNotSchedule",
        1,
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_argo_cd_needs_of_its_redis_what_bootstrap_makes_and_no_job(profile: Profile) -> None:
    """A hook of an upgrade has the labels of the version, and nobody else makes the Secret."""
    found = [
        item
        for release in releases(PLATFORM, reference_context(PLATFORM, profile))
        if release.application.name == "argocd"
        for item in release.objects
    ]
    assert [item["metadata"]["name"] for item in found if item["kind"] in ("CronJob", "Job")] == []
    references = [
        reference
        for item in found
        for pod in [pod_template(item).get("spec") or {}]
        for container in (*pod.get("initContainers", ()), *pod.get("containers", ()))
        for variable in container.get("env", ())
        for reference in [variable.get("valueFrom", {}).get("secretKeyRef", {})]
        if reference.get("name") == "argocd-redis"
    ]
    assert {one["key"] for one in references if not one.get("optional")} == {"auth"}
    script = (ROOT / "bootstrap.sh").read_text()
    assert "metadata: {name: argocd-redis, namespace: $ARGO_CD_NAMESPACE}" in script
    assert '"data: {auth: ' in script
