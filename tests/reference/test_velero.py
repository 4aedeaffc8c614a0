"""Velero: what the daily backup takes, and what a restored pod gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from apps.__main__ import PLATFORM
from platform_stack.kubernetes import POD_MAKERS, pod_template
from platform_stack.model.cluster import PROFILES
from platform_stack.recorded import reference_context, releases
from tests.described import made

if TYPE_CHECKING:
    from platform_stack import Profile

NEVER_TAKEN = {"configMap", "downwardAPI", "hostPath", "projected", "secret"}
"""Types that the file-system backup leaves out by itself (pkg/util/podvolume at Velero 1.18.1)."""

KEYS = {
    *("command", "image", "cpuLimit", "cpuRequest", "memLimit", "memRequest"),
    *("secCtx", "secCtxRunAsUser", "secCtxRunAsGroup", "secCtxAllowPrivilegeEscalation"),
}
"""What the restore action reads (pkg/restore/actions/pod_volume_restore_action.go at Velero 1.18.1)."""


@pytest.fixture(scope="module")
def objects() -> dict[str, list[dict[str, Any]]]:
    return {name: list(items) for name, items in made().objects.items()}


def template(profile: Profile = "laptop") -> dict[str, Any]:
    (velero,) = [
        one for one in releases(PLATFORM, reference_context(PLATFORM, profile)) if one.chart.name == "velero"
    ]
    (schedule,) = velero.values["schedules"].values()
    found: dict[str, Any] = schedule["template"]
    return found


def config_map(objects: dict[str, list[dict[str, Any]]], name: str) -> dict[str, Any]:
    (found,) = [
        item for item in objects["velero"] if item["kind"] == "ConfigMap" and item["metadata"]["name"] == name
    ]
    assert found["metadata"]["namespace"] == "velero"  # that of the Backup, and of the server
    return found


def skipped(objects: dict[str, list[dict[str, Any]]]) -> set[str]:
    policy = template()["resourcePolicy"]
    assert policy["kind"] == "configmap"
    data = config_map(objects, policy["name"])["data"]
    assert len(data) == 1  # with another number of keys every backup fails its validation
    (text,) = data.values()
    found = yaml.safe_load(text)
    assert found["version"] == "v1"
    assert {rule["action"]["type"] for rule in found["volumePolicies"]} == {"skip"}
    assert {key for rule in found["volumePolicies"] for key in rule["conditions"]} == {"volumeTypes"}
    return {kind for rule in found["volumePolicies"] for kind in rule["conditions"]["volumeTypes"]}


def test_the_policy_was_written_for_the_velero_that_runs(objects: dict[str, list[dict[str, Any]]]) -> None:
    (image,) = [
        container["image"]
        for item in objects["velero"]
        if item["kind"] == "Deployment" and item["metadata"]["name"] == "velero"
        for container in pod_template(item)["spec"]["containers"]
    ]
    assert ":v1.18." in image, "read again what NEVER_TAKEN and KEYS come from"


@pytest.mark.parametrize("profile", PROFILES)
def test_of_the_platforms_volumes_only_claims_are_taken(
    objects: dict[str, list[dict[str, Any]]], profile: Profile
) -> None:
    """One file that changes or goes while it is read makes the backup fail in part, and that is none."""
    assert template(profile)["defaultVolumesToFsBackup"] is True
    left_out = NEVER_TAKEN | skipped(objects)
    taken: dict[str, set[str]] = {}
    for items in objects.values():
        for item in items:
            if item["kind"] in POD_MAKERS:
                for volume in pod_template(item)["spec"].get("volumes", ()):
                    (kind,) = set(volume) - {"name"}
                    taken.setdefault(kind, set()).add(item["metadata"]["name"])
    assert {"emptyDir", "persistentVolumeClaim"} <= set(taken)
    assert {kind: who for kind, who in taken.items() if kind not in left_out} == {
        "persistentVolumeClaim": taken["persistentVolumeClaim"]
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_what_the_backup_is_made_with_is_not_in_it(profile: Profile) -> None:
    (velero,) = [member for member in PLATFORM.members if member.name == "velero"]
    assert {one.name for one in velero.namespaces} <= set(template(profile)["excludedNamespaces"])


def test_who_waits_in_a_restored_pod_has_a_number_and_keeps_to_the_rules(
    objects: dict[str, list[dict[str, Any]]],
) -> None:
    """The image names its user; the kubelet starts no container with runAsNonRoot and a name."""
    (helper,) = [
        item
        for item in objects["velero"]
        if item["kind"] == "ConfigMap"
        and "velero.io/plugin-config" in item["metadata"].get("labels", {})
        and item["metadata"]["labels"].get("velero.io/pod-volume-restore") == "RestoreItemAction"
    ]
    data = config_map(objects, helper["metadata"]["name"])["data"]
    assert set(data) <= KEYS
    assert all(isinstance(value, str) for value in data.values())
    context = yaml.safe_load(data["secCtx"])
    assert isinstance(context["runAsUser"], int)
    assert context["runAsUser"] > 0
    assert context["runAsNonRoot"] is True
    assert context["allowPrivilegeEscalation"] is False
    assert context["readOnlyRootFilesystem"] is True
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert {"cpuRequest", "memRequest", "memLimit"} <= set(data)
