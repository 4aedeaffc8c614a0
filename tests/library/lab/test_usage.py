"""Memory of containers: from kubelets' summaries, control groups and pods to findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab.usage import Usage, findings, highest, peaks, table, usages, working_sets

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.client import Object

MI = 2**20
ID = "0123456789abcdef" * 4
KEY = ("web", "web-5d6f-x2x4z", "main")

# What a kubelet says of a node (k8s.io/kubelet/pkg/apis/stats/v1alpha1), without what is not read.
SUMMARY: Object = {
    "node": {"nodeName": "kind-worker", "memory": {"workingSetBytes": 900 * MI}},
    "pods": [
        {
            "podRef": {"name": KEY[1], "namespace": KEY[0], "uid": "0a1b"},
            "containers": [
                {
                    "name": KEY[2],
                    "memory": {"usageBytes": 45 * MI, "workingSetBytes": 40 * MI, "rssBytes": 30 * MI},
                },
                {"name": "starts", "memory": {"time": "2026-01-01T00:00:00Z"}},
            ],
        },
        {"podRef": {"name": "pending", "namespace": "web"}},
    ],
}


def pod(limit: str | None = "100Mi", phase: str = "Running") -> Object:
    limits = {} if limit is None else {"memory": limit}
    return {
        "metadata": {
            "namespace": KEY[0],
            "name": KEY[1],
            "labels": {"pod-template-hash": "5d6f"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": "web-5d6f", "controller": True}],
        },
        "spec": {
            "containers": [{"name": KEY[2], "resources": {"requests": {"memory": "32Mi"}, "limits": limits}}],
            "initContainers": [{"name": "once"}, {"name": "proxy", "restartPolicy": "Always"}],
        },
        "status": {
            "phase": phase,
            "containerStatuses": [{"name": KEY[2], "containerID": f"containerd://{ID}"}],
        },
    }


def group(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def test_a_summary_gives_the_working_set_of_each_container_that_has_one() -> None:
    assert working_sets([SUMMARY, {"pods": []}]) == {KEY: 40 * MI}


def test_the_highest_of_several_readings_is_kept() -> None:
    other = ("a", "b", "c")
    assert highest({KEY: 3, other: 1}, {KEY: 5}, {KEY: 4}) == {KEY: 5, other: 1}
    assert highest() == {}


@pytest.mark.parametrize(
    ("mark", "statistics", "folder"),
    [
        ("memory.max_usage_in_bytes", "inactive_file 5\ntotal_inactive_file 30\n", f"kubepods/pod0a/{ID}"),
        (
            "memory.peak",
            "anon 7\ninactive_file 30\n",
            f"kubepods.slice/pod0a.slice/cri-containerd-{ID}.scope",
        ),
    ],
)
def test_a_peak_has_no_file_pages_that_can_be_dropped(
    tmp_path: Path, mark: str, statistics: str, folder: str
) -> None:
    group(tmp_path / folder, {mark: "100\n", "memory.stat": statistics})
    group(tmp_path / "kubepods" / "burstable", {mark: "999\n", "memory.stat": statistics})

    assert peaks(tmp_path) == {ID: 70}


def test_usage_puts_what_was_measured_beside_what_was_asked_for() -> None:
    main, proxy = usages([pod(), pod(phase="Succeeded")], {KEY: 40 * MI}, {KEY: 45 * MI}, {ID: 48 * MI})

    assert main == Usage("web", "web", KEY[1], "main", 40 * MI, 48 * MI, 32 * MI, 100 * MI)
    assert (proxy.container, proxy.peak, proxy.limit) == ("proxy", None, None)
    lines = table([main, proxy])
    assert lines[1].split() == [f"web/{KEY[1]}", "main", "40", "48", "32", "100"]
    assert lines[2].split() == [f"web/{KEY[1]}", "proxy", "-", "-", "-", "-"]


@pytest.mark.parametrize(("limit", "found"), [("79Mi", 1), ("80Mi", 0), (None, 0)])
def test_a_limit_below_twice_the_peak_is_found(limit: str | None, found: int) -> None:
    (main, _) = usages([pod(limit)], {KEY: 30 * MI}, {KEY: 40 * MI}, {ID: 35 * MI})
    problems = findings([main])
    assert len(problems) == found
    if found:
        assert problems[0].startswith(
            f"web/{KEY[1]} main: memory limit: found 79Mi at a measured peak of 40Mi; expected at least 80Mi"
        )


def test_a_container_without_a_measurement_is_found() -> None:
    _, proxy = usages([pod()], {}, {}, {})
    assert findings([proxy])[0].startswith(f"web/{KEY[1]} proxy: memory: found no measurement")
