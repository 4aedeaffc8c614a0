"""Falco: starts with what its kernel gives it, no rule hides another, and none is about what is in no pod.

There is no Falco here: not proved is that it loads the rules, and that the image's rules are those of IMAGE_RULES.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from apps.__main__ import PLATFORM
from apps.falco.rules import IMAGE_RULES, IMAGE_VERSION, rules
from platform_stack.integrations.falco import check_falco
from platform_stack.model.cluster import PROFILES
from platform_stack.recorded import Release, reference_context, releases
from tests.engines import ROOT
from tests.reference.falco_conditions import matches

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack import Profile

FOUND = yaml.safe_load(rules(["monitoring", "vault"], ["vault"]))
LISTS = {item["list"]: item["items"] for item in FOUND if "list" in item}
OWN = {item["rule"]: item for item in FOUND if "rule" in item and "override" not in item}

SHELL = {
    "evt.type": "execve",
    "container.id": "0123456789ab",
    "k8s.ns.name": "monitoring",
    "proc.name": "bash",
    "proc.tty": "34816",
}
"""Somebody's `kubectl exec --tty`; the image's rule "Terminal shell in container" (NOTICE) matches it too."""
READ = {
    "evt.type": "openat",
    "evt.is_open_read": "true",
    "container.id": "0123456789ab",
    "k8s.ns.name": "vault",
    "fd.name": "/vault/data/vault.db",
    "proc.name": "cat",
}


def release(profile: Profile = "laptop") -> Release:
    (found,) = [
        one for one in releases(PLATFORM, reference_context(PLATFORM, profile)) if one.chart.name == "falco"
    ]
    return found


def container(profile: Profile) -> tuple[dict[str, Any], dict[str, Any]]:
    (pod,) = [
        item["spec"]["template"]["spec"] for item in release(profile).objects if item["kind"] == "DaemonSet"
    ]
    (only,) = pod["containers"]
    return pod, only


@pytest.mark.parametrize("profile", PROFILES)
def test_it_attaches_no_tracepoint_for_which_a_distribution_wants_sys_admin(profile: Profile) -> None:
    """Since 0.42 a mount of tracefs makes Falco call perf_event_open: falcosecurity/charts#921."""
    pod, falco = container(profile)
    capabilities = falco["securityContext"].get("capabilities", {}).get("add", [])
    paths = [volume["hostPath"]["path"] for volume in pod["volumes"] if "hostPath" in volume]
    assert "/proc" in paths
    tracefs = [path for path in paths if "/sys/kernel/tracing".startswith(path) or path.startswith("/sys")]
    assert not tracefs or "SYS_ADMIN" in capabilities or falco["securityContext"].get("privileged")


def test_the_rules_are_written_for_the_image_that_runs() -> None:
    _, falco = container("laptop")
    tag = falco["image"].rpartition(":")[2].partition("-")[0]
    assert tag == IMAGE_VERSION, "read the rules of the new image, then change IMAGE_RULES and IMAGE_VERSION"


def test_a_rule_hides_no_other() -> None:
    """Ours come last, and with "first" an event is only that of the first rule that matches."""
    settings = release().values["falco"]
    assert settings["rule_matching"] == "all"
    assert "rules_files" not in settings  # the chart's own: the image's file, then rules.d


def test_every_rule_of_the_image_asks_for_a_pod() -> None:
    changed = [item for item in FOUND if "rule" in item and "override" in item]
    assert [item["rule"] for item in changed] == list(IMAGE_RULES) == sorted(IMAGE_RULES)
    assert {item["override"]["condition"] for item in changed} == {"append"}
    for item in changed:
        asks = item["condition"].removeprefix("and ")
        assert asks != item["condition"]
        assert matches(asks, SHELL, LISTS)
        assert not matches(asks, {"evt.type": "execve", "container.id": "host"}, LISTS)
    assert not set(OWN) & set(IMAGE_RULES)


def test_ours_match_what_they_are_for() -> None:
    assert matches(OWN["Shell in a platform namespace"]["condition"], SHELL, LISTS)
    assert matches(OWN["Key material read by a foreign process"]["condition"], READ, LISTS)


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("event", [SHELL, READ], ids=["shell", "read"])
def test_ours_say_nothing_of_what_is_in_no_pod_or_in_a_tenants(name: str, event: dict[str, str]) -> None:
    condition = OWN[name]["condition"]
    for other in (
        {**event, "container.id": "host"},
        {**event, "k8s.ns.name": "shop"},
        {key: value for key, value in event.items() if key != "k8s.ns.name"},
    ):
        assert not matches(condition, other, LISTS)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Shell in a platform namespace", {"proc.tty": "0"}),
        ("Shell in a platform namespace", {"proc.name": "prometheus"}),
        ("Shell in a platform namespace", {"evt.type": "openat"}),
        ("Key material read by a foreign process", {"proc.name": "vault"}),
        ("Key material read by a foreign process", {"fd.name": "/etc/hosts"}),
        ("Key material read by a foreign process", {"evt.is_open_read": "false"}),
    ],
)
def test_ours_say_nothing_of_what_is_meant_to_happen(name: str, change: dict[str, str]) -> None:
    event = {**(SHELL if "Shell" in name else READ), **change}
    assert not matches(OWN[name]["condition"], event, LISTS)


def test_a_condition_that_leans_on_a_macro_is_refused() -> None:
    with pytest.raises(ValueError, match="'spawned_process' is no field"):
        matches("spawned_process and k8s.ns.name exists", SHELL, LISTS)


def test_it_starts_on_ubuntu(tmp_path: Path) -> None:
    sysctl = tmp_path / "proc/sys/kernel/perf_event_paranoid"
    sysctl.parent.mkdir(parents=True)
    sysctl.write_text("4\n")
    (check,) = check_falco(ROOT / "dist" / PLATFORM.clusters[0].name, "Linux", tmp_path)
    assert check.state == "ok"
