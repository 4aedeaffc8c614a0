"""A pod waits for ever for a Secret or ConfigMap that nobody makes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from apps.__main__ import PLATFORM
from platform_stack.model.cluster import PROFILES
from platform_stack.synth import synthesize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack import Profile

MADE_AT_RUN_TIME = {
    "argocd/argocd-redis": "the chart's job argocd-redis-secret-init",
    "gatekeeper-system/gatekeeper-webhook-server-cert": "Gatekeeper fills the empty Secret of its chart",
    "istio-system/istio-ca-root-cert": "istiod, in every namespace",
}


def references(namespace: str, pod: dict[str, Any]) -> Iterator[str]:
    """Yield "namespace/name" of each Secret and ConfigMap that a pod cannot start without."""
    sources = [
        source
        for volume in pod.get("volumes", [])
        for source in (volume, *volume.get("projected", {}).get("sources", []))
    ]
    found: list[dict[str, Any]] = []
    for source in sources:
        if "secret" in source:
            found.append({"name": source["secret"].get("secretName"), **source["secret"]})
        if "configMap" in source:
            found.append(source["configMap"])
    for container in pod.get("initContainers", []) + pod["containers"]:
        for entry in container.get("envFrom", []):
            found += [entry[key] for key in ("secretRef", "configMapRef") if key in entry]
        for entry in container.get("env", []):
            value = entry.get("valueFrom", {})
            found += [value[key] for key in ("secretKeyRef", "configMapKeyRef") if key in value]
    for reference in found:
        if not reference.get("optional"):
            yield f"{namespace}/{reference['name']}"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_secret_and_config_map_that_a_pod_needs_is_made(profile: Profile) -> None:
    (cluster,) = PLATFORM.clusters
    platform = dataclasses.replace(
        PLATFORM, clusters=(dataclasses.replace(cluster, profile=profile, iscsi=True),)
    )
    (made,) = synthesize(platform)
    objects = [item for items in made.objects.values() for item in items]
    there = set(MADE_AT_RUN_TIME)
    for item in objects:
        namespace, name = item["metadata"].get("namespace"), item["metadata"]["name"]
        if item["kind"] in ("Secret", "ConfigMap"):
            there.add(f"{namespace}/{name}")
        elif item["kind"] == "Certificate":
            there.add(f"{namespace}/{item['spec']['secretName']}")
    there |= {f"{secret.namespace}/{secret.name}" for member in PLATFORM.members for secret in member.secrets}
    missing: dict[str, str] = {}
    for item in objects:
        if item["kind"] in ("Deployment", "StatefulSet", "DaemonSet", "Job"):
            for reference in references(item["metadata"]["namespace"], item["spec"]["template"]["spec"]):
                if reference not in there and not reference.endswith(
                    "/kube-root-ca.crt"
                ):  # Kubernetes makes it
                    missing[reference] = f"{item['kind']} {item['metadata']['name']}"
    assert missing == {}
