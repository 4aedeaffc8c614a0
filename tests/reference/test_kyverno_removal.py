"""Kyverno's validating webhooks go with it, after its last pod."""

from __future__ import annotations

from apps.kyverno.removal import NAME
from tests.policies.estate import estate

WEIGHT = "helm.sh/hook-weight"


def test_it_has_the_token_that_its_account_does_not_mount_by_itself() -> None:
    (job,) = [item for item in estate("laptop") if item["kind"] == "Job" and item["metadata"]["name"] == NAME]
    assert job["spec"]["template"]["spec"]["automountServiceAccountToken"] is True


def test_the_webhooks_go_after_the_charts_own_hooks() -> None:
    jobs = {
        item["metadata"]["name"]: item["metadata"]["annotations"]
        for item in estate("laptop")
        if item["kind"] == "Job"
    }
    charts = [
        int(annotations[WEIGHT])
        for annotations in jobs.values()
        if annotations.get("helm.sh/hook") == "pre-delete" and WEIGHT in annotations
    ]
    assert charts, "the chart has hooks before a removal no more: see what takes Kyverno's webhooks away now"
    assert jobs[NAME]["argocd.argoproj.io/hook"] == "PreDelete"
    assert int(jobs[NAME]["argocd.argoproj.io/sync-wave"]) > max(charts)
