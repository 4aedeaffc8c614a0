"""Kyverno's own program over what only it can say: how it reads images, and which ones it would verify."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from apps.__main__ import KIND
from apps.policies import POLICIES
from apps.policies.kyverno.signatures import PUBLISHERS, verified
from platform_stack import Action, Application, Context, Namespace, Platform, Policy, PolicyException
from platform_stack.admission import Estate
from platform_stack.admission import compiled as admission
from platform_stack.admission.judge import judge
from platform_stack.admission.programs import run, write
from platform_stack.integrations.kyverno import Generation, Publisher, policy_engine
from platform_stack.integrations.kyverno.program import KYVERNO
from platform_stack.integrations.kyverno.registries import images_from, repository
from platform_stack.typed import ApiObject, to_manifest
from tests.policies import estate
from tests.policies.loopback_registry import Key, serving
from tests.policies.small import ENGINES

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack.facts import Manifest

pytestmark = pytest.mark.policies

CASES = estate.CASES / "kyverno"

TIER = {"platform-stack.io/tier": "tenant"}

# Names that container runtimes and the library of Kyverno could read differently.
HOSTS = (
    "",
    "docker.io/",
    "index.docker.io/",
    "ghcr.io/",
    "ghcr.io:443/",
    "localhost:5000/",
    "example.test/ghcr.io/",
)
PATHS = (
    "kong",
    "library/kong",
    "grafana",
    "grafana/loki",
    "grafanax/loki",
    "team",
    "team/web",
    "team/a/b",
    "tea/m",
)
TAGS = ("", ":1.0@sha256:" + "0a" * 32)
EVERYWHERE = ["docker.io/library/kong", "docker.io/grafana", "ghcr.io/team", "localhost:5000/team/a"]
OWN = {"team": ["example.test/ghcr.io/team", "docker.io/team/web"]}


def pod(name: str, image: str, namespace: str = "team", **metadata: Any) -> Manifest:  # noqa: ANN401  metadata
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": {"containers": [{"name": "main", "image": image}]},
    }


def compiled(policy: Policy, *exceptions: PolicyException) -> list[Manifest]:
    """Return a policy's objects on a platform whose only application excepts what it likes."""
    app = Application(
        name="team", namespaces=(Namespace(name="team"),), exceptions=exceptions, roles=(policy_engine(),)
    )
    workloads = [
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": "backup", "namespace": "team"},
            "spec": {},
        }
    ]
    platform = Platform(applications=(app,), clusters=(KIND,), policies=(policy,))
    return [
        to_manifest(item)
        for _, item, _ in admission(Estate(Context(platform, KIND), {"team": workloads}))
        if isinstance(item, ApiObject)
    ]


def from_registries() -> Policy:
    return Policy(
        name="registries",
        severity="low",
        protects_from="x.",
        asks="x.",
        hint="x.",
        judges=("Pod spec.containers.image",),
        rule=images_from(EVERYWHERE, OWN),
        engine="kyverno",
        tenants=Action.DENY,
        platform=Action.DENY,
    )


def test_the_engine_reads_images_as_we_do() -> None:
    names = ["".join(parts) for parts in itertools.product(HOSTS, PATHS, TAGS)]
    pods = [pod(f"p{i}-{space}", name, space) for i, name in enumerate(names) for space in ("team", "other")]
    expected = {
        item["metadata"]["name"]
        for item in pods
        if not any(
            f"{repository(item['spec']['containers'][0]['image'])}/".startswith(f"{allowed}/")
            for allowed in (*EVERYWHERE, *OWN.get(item["metadata"]["namespace"], ()))
        )
    }
    found = judge(ENGINES, compiled(from_registries()), pods, {"team": TIER, "other": TIER})
    assert {one.name for one in found} == expected
    assert 0 < len(expected) < len(pods)


def test_an_exception_for_a_cron_job_covers_its_jobs_and_their_pods() -> None:
    exception = PolicyException(policy="registries", kind="CronJob", name="backup", because="b", owner="o")

    def owned(kind: str, name: str) -> dict[str, Any]:
        return {"ownerReferences": [{"apiVersion": "batch/v1", "kind": kind, "name": name, "uid": "1"}]}

    template = {"template": {"spec": pod("x", "evil.test/a/b:1")["spec"]}}

    def job(name: str, owner: str) -> Manifest:
        metadata = {"name": name, "namespace": "team", **owned("CronJob", owner)}
        return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": template}

    def cron_job(name: str, namespace: str) -> Manifest:
        metadata = {"name": name, "namespace": namespace}
        spec = {"schedule": "@daily", "jobTemplate": {"spec": template}}
        return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata, "spec": spec}

    excepted = [
        cron_job("backup", "team"),
        job("backup-29390400", "backup"),
        pod("backup-29390400-x1", "evil.test/a/b:1", **owned("Job", "backup-29390400")),
    ]
    refused = [
        cron_job("backup-2", "team"),
        cron_job("backup", "other"),
        job("backup-2-29390400", "backup-2"),
        pod("backup-2-29390400-x1", "evil.test/a/b:1", **owned("Job", "backup-2-29390400")),
        pod("backup-alone", "evil.test/a/b:1"),
    ]
    found = judge(
        ENGINES, compiled(from_registries(), exception), [*excepted, *refused], {"team": TIER, "other": TIER}
    )
    assert {(one.kind, one.namespace, one.name) for one in found} == {
        (item["kind"], item["metadata"]["namespace"], item["metadata"]["name"]) for item in refused
    }


@pytest.mark.parametrize(
    "policy", [one for one in POLICIES if isinstance(one.rule, Generation)], ids=lambda policy: policy.name
)
def test_nothing_is_generated_elsewhere(policy: Policy, tmp_path: Path) -> None:
    """Of these the cases cannot tell: `kyverno test` has no word for an object that makes nothing."""
    written = write(tmp_path, "policies", compiled(policy))
    said = {
        name: run(KYVERNO, "apply", written, f"--resource={CASES / policy.name / name}", answer="pass: ")
        for name in ("untouched.yaml", "resources.yaml")
    }
    assert "pass: 0, fail: 0, warn: 0, error: 0, skip: 0" in said["untouched.yaml"]
    assert "pass: 0" not in said["resources.yaml"]
    assert "fail: 0, warn: 0, error: 0, skip: 0" in said["resources.yaml"]


def apply(policies: list[Manifest], pods: list[Manifest], folder: Path) -> dict[str, str]:
    """Return what the engine says of each pod, by its name."""
    values = {
        "apiVersion": "cli.kyverno.io/v1alpha1",
        "kind": "Values",
        "namespaceSelector": [{"name": "team", "labels": TIER}],
    }
    excepted = [item for item in policies if item["kind"] == "PolicyException"]
    arguments = [
        write(folder, "policies", (item for item in policies if item not in excepted)),
        f"--resource={write(folder, 'pods', pods)}",
        f"--values-file={write(folder, 'values', [values])}",
        "--policy-report",
        "--output-format=json",
    ]
    if excepted:
        arguments.append(f"--exception={write(folder, 'exceptions', excepted)}")
    output = run(KYVERNO, "apply", *arguments, answer='"results"')
    report = json.loads(output[output.index("{") :])
    return {result["resources"][0]["name"]: result["result"] for result in report["results"]}


@pytest.mark.parametrize("publisher", PUBLISHERS, ids=lambda publisher: publisher.name)
def test_signatures_are_asked_for_the_publishers_images_only(publisher: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """With no such image anywhere, the engine fails on those that it would verify, and passes the others."""
    own = [
        f"{pattern.rstrip('*')}{'x' if pattern.endswith('/*') else ''}:v0.0.0-none"
        for pattern in publisher.images
    ]
    others = [
        "ghcr.io/somebody/web:1.0",
        *(image.replace("/", "x/", 1) for image in own),
        *(f"example.test/{image}" for image in own),
    ]
    exception = PolicyException(
        policy=f"verify-{publisher.name}-images", kind="CronJob", name="backup", because="b", owner="o"
    )
    owner: dict[str, Any] = {
        "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "name": "backup-1", "uid": "1"}]
    }
    pods = [
        *(pod(f"own-{i}", image) for i, image in enumerate(own)),
        *(pod(f"other-{i}", image) for i, image in enumerate(others)),
        pod("excepted", own[0], **owner),
    ]
    found = apply(compiled(verified(publisher), exception), pods, tmp_path)
    assert found == {
        **{f"own-{i}": "error" for i in range(len(own))},
        **{f"other-{i}": "pass" for i in range(len(others))},
        "excepted": "skip",
    }


def test_signatures_are_verified(tmp_path: Path) -> None:
    """With a key instead of an identity: that one needs the certificates and the log of Sigstore."""
    own, other = Key(tmp_path / "own.pem"), Key(tmp_path / "other.pem")
    with serving() as registry:
        digests = {
            name: registry.push("team/web", name, name) for name in ("signed", "unsigned", "forged", "copied")
        }
        registry.sign("team/web", digests["signed"], own)
        registry.sign("team/web", digests["forged"], other)
        # The signature of another image, moved.
        signature = registry.content[f"team/web/manifests/{digests['signed'].replace(':', '-')}.sig"]
        registry.content[f"team/web/manifests/{digests['copied'].replace(':', '-')}.sig"] = signature
        registry.push("teamx/web", "unsigned")
        publisher = Publisher(
            name="team",
            images=(f"{registry.address}/team/*",),
            issuer="https://issuer.example.test",
            subject="nobody",
        )
        (policy,) = compiled(verified(publisher))
        policy["spec"]["attestors"][0]["cosign"] = {
            "key": {"data": own.public},
            "ctlog": {"insecureIgnoreTlog": True, "insecureIgnoreSCT": True},
        }
        image = f"{registry.address}/team/web"
        pods = [pod(name, f"{image}:{name}") for name in digests]
        pods += [
            pod("by-digest", f"{image}@{digests['signed']}"),
            pod("unsigned-by-digest", f"{image}@{digests['unsigned']}"),
            pod("of-another", f"{registry.address}/teamx/web:unsigned"),
        ]
        init = pod("unsigned-init", f"{image}:signed")
        init["spec"]["initContainers"] = [{"name": "init", "image": f"{image}:unsigned"}]
        assert apply([policy], [*pods, init], tmp_path) == {
            "signed": "pass",
            "by-digest": "pass",
            "of-another": "pass",
            "unsigned": "fail",
            "unsigned-by-digest": "fail",
            "unsigned-init": "fail",
            "forged": "fail",
            "copied": "fail",
        }
