"""`platform-stack policies` as a user runs it, also as somebody with a platform of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import commands

ROOT = Path(__file__).parents[3]


DESCRIPTION = """
from platform_stack import (
    Action, Application, Cluster, Namespace, Platform, Policy, PolicyException
)
from platform_stack import Check, Constraint, Validation
from platform_stack.integrations import gatekeeper, kyverno

def policy(name, engine, rule, tenants, platform):
    return Policy(
        name=name, severity="high", protects_from="x", asks=f"It is {name}.", hint=f"Make it {name}.",
        judges=("Pod spec",), rule=rule, engine=engine, tenants=tenants, platform=platform,
    )

tagged = policy(
    "tagged", "kyverno",
    Validation(checks=(Check(
        expression="object.spec.containers.all(c, c.image.contains(':'))", message="an image has no tag",
    ),)),
    Action.DENY, Action.AUDIT,
)
closed = policy(
    "closed", "gatekeeper",
    Constraint(
        kind="Closed", match=("/Service",),
        cel=(("!has(object.spec.type) || object.spec.type != 'NodePort'", "'it has a node port'"),),
    ),
    Action.DENY, Action.DENY,
)
engines = Application(
    name="engines",
    namespaces=(Namespace(name="engines"),),
    roles=(kyverno.policy_engine(), gatekeeper.policy_engine()),
    provides=tuple(
        f"policies.kyverno.io/{kind}Policy" for kind in ("Validating", "Mutating", "Generating")
    ) + (
        "policies.kyverno.io/PolicyException",
        "templates.gatekeeper.sh/ConstraintTemplate",
        "syncset.gatekeeper.sh/SyncSet",
    ),
)

def manifests(chart, context):
    chart.add({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "gate", "namespace": "web"},
        "spec": {"type": "NodePort", "ports": [{"port": 80}]},
    })

web = Application(
    name="web", namespaces=(Namespace(name="web"),), depends_on=(engines,), manifests=manifests,
    exceptions=(PolicyException(
        policy="closed", kind="Service", name="gate", because="It is the gate.", owner="us"
    ),),
)
PLATFORM = Platform(
    applications=(engines, web), policies=(tagged, closed),
    clusters=(Cluster(name="one", repo_url="https://git.example.test/p"),),
)
"""


POD = """
apiVersion: v1
kind: Pod
metadata: {name: bad%s}
spec: {containers: [{name: main, image: nginx}]}
"""


SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: gate%s}
spec: {type: NodePort, ports: [{port: 80}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "__main__.py").write_text(DESCRIPTION)
    return tmp_path


def run(
    folder: Path, *arguments: str, path: str | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    built = ROOT / "build" / "policies"
    environment = {"PATH": f"{built}{os.pathsep}{os.environ['PATH']}" if path is None else path}
    return commands.run(folder, "policies", *arguments, environment=environment, stdin=stdin)


def test_the_table_shows_each_policy_with_its_exceptions(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[1][:5] == ["tagged", "kyverno", "deny", "audit", "high"]
    assert lines[2][:5] == ["closed", "gatekeeper", "deny", "deny", "high"]
    assert lines[2][-2:] == ["Service", "web/gate"]


def test_json_says_why(folder: Path) -> None:
    _, closed = json.loads(run(folder, "--json").stdout)
    assert (closed["policy"], closed["tenants"], closed["platform"]) == ("closed", "deny", "deny")
    assert closed["exceptions"] == [
        {
            "policy": "closed",
            "target": "Service web/gate",
            "application": "web",
            "because": "It is the gate.",
            "owner": "us",
        }
    ]


def test_the_readme_of_the_folder_lists_what_is_excepted(folder: Path) -> None:
    def readme() -> str:
        command = [sys.executable, "-m", "platform_stack", "synth"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return (folder / "dist" / "one" / "README.md").read_text()

    text = readme()
    assert "2 policies: gatekeeper 1, kyverno 1." in text
    assert "In namespaces of the platform: deny 1, audit 1." in text
    assert "| Service web/gate | web | It is the gate. | us | closed |" in text
    (folder / "apps" / "__main__.py").write_text(DESCRIPTION.replace("policies=(tagged, closed),", ""))
    assert "## Policies" not in readme()


def test_an_unknown_cluster(folder: Path) -> None:
    done = run(folder, "--cluster", "on")
    assert done.returncode == 2
    assert "did you mean 'one'?" in done.stderr


def test_a_file_that_is_not_there(folder: Path) -> None:
    done = run(folder, "test", "nowhere.yaml")
    assert done.returncode == 2
    assert "'nowhere.yaml' does not exist" in done.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: [", "bad.yaml\n  found:    while parsing"),
        ("", "bad.yaml\n  found:    no object\n"),
        ("just text", "bad.yaml: document 1\n  found:    a str, not a map"),
        (
            "null\n---\nkind: Pod\n",
            "bad.yaml: document 2\n  found:    an object without apiVersion and metadata.name",
        ),
        (
            "apiVersion: v1\nkind: List\nitems: [{kind: Pod}]",
            "found:    an object without apiVersion and metadata.name",
        ),
    ],
)
def test_a_file_that_holds_no_objects(folder: Path, content: str, message: str) -> None:
    (folder / "bad.yaml").write_text(content)
    done = run(folder, "test", "bad.yaml")
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_engines_it_says_how_to_get_them(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD % "")
    done = run(folder, "test", "pod.yaml", path="/nonexistent")
    assert done.returncode == 1
    assert "no `kyverno` or `kubectl-kyverno` on PATH or in build/policies/" in done.stderr
    assert "`make policies` builds it" in done.stderr
    assert "https://kyverno.io/docs/kyverno-cli/install/" in done.stderr


def test_a_platform_without_policies_is_no_silent_pass(folder: Path) -> None:
    (folder / "apps" / "__main__.py").write_text(DESCRIPTION.replace("policies=(tagged, closed),", ""))
    assert run(folder).stdout == "this platform has no policies\n"
    (folder / "pod.yaml").write_text(POD % "")
    done = run(folder, "test", "pod.yaml")
    assert done.returncode == 1
    assert "platform: policies\n  found:    none" in done.stderr


COMMITTED = """
apiVersion: v1
kind: Secret
metadata: {name: token}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open}
spec: {podSelector: {}, ingress: [{}]}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: root}
spec:
  replicas: 3
  template:
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: nginx
        resources: {requests: null, limits: {cpu: 400m}}
        securityContext: {privileged: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: mine, namespace: else}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: fine}
"""


@pytest.fixture
def shop(folder: Path) -> Path:
    with_tenant = DESCRIPTION.replace("Action, Application", "Action, Tenant, Application").replace(
        "applications=(engines, web),",
        "applications=(engines, web), tenants=(Tenant(name='shop', group='shop', contact='us'),),",
    )
    (folder / "apps" / "__main__.py").write_text(with_tenant)
    (folder / "committed.yaml").write_text(COMMITTED)
    return folder


def test_each_wall_of_a_tenant_is_asked_and_what_was_not_is_told(shop: Path) -> None:
    done = run(shop, "test", "--tenant", "shop", "committed.yaml", path="/nonexistent")
    assert done.returncode == 1, done.stderr
    heads = [line.removeprefix("committed.yaml: ") for line in done.stdout.splitlines() if line[0] != " "]
    assert heads == [
        "Secret shop/token: refused by AppProject",
        "NetworkPolicy shop/open: refused by AppProject",
        "ReplicaSet shop/root: refused by Pod Security",
        "ReplicaSet shop/root: refused by quota",
        "ConfigMap else/mine: refused by AppProject",
        "5 objects: 4 refused, 0 reported",
    ]
    assert "its pods are refused: container 'main': securityContext.privileged is true." in done.stdout
    assert "with it the namespace asks for 1.2 of cpu, and may have 1." in done.stdout
    assert "ask the platform team to raise Tenant.quota.cpu of 'shop'." in done.stdout
    assert "not asked, because kyverno has no `kyverno` or" in done.stderr
    assert "in build/policies/: tagged" in done.stderr
    assert "in build/policies/: closed" in done.stderr


def test_a_tenant_whose_objects_no_wall_refuses(shop: Path) -> None:
    fine = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine}\n"
    done = run(shop, "test", "--tenant", "shop", "-", path="/nonexistent", stdin=fine)
    assert (done.returncode, done.stdout) == (0, "1 object: 0 refused, 0 reported\n")
    assert "not asked" in done.stderr


def test_an_unknown_tenant(shop: Path) -> None:
    done = run(shop, "test", "--tenant", "shpo", "committed.yaml")
    assert done.returncode == 2
    assert "did you mean 'shop'?" in done.stderr


@pytest.mark.policies
def test_the_engines_judge_the_pods_of_a_replica_set(shop: Path) -> None:
    done = run(shop, "test", "--tenant", "shop", "committed.yaml")
    assert done.returncode == 1, done.stderr
    assert "ReplicaSet shop/root: refused by tagged (high)" in done.stdout
    assert "not asked" not in done.stderr


@pytest.mark.policies
def test_a_refusal_names_file_object_policy_message_and_hint(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD % "")
    done = run(folder, "test", "pod.yaml")
    assert done.returncode == 1
    assert done.stdout == (
        "pod.yaml: Pod default/bad: refused by tagged (high)\n"
        "  found:    an image has no tag.\n"
        "  hint:     Make it tagged.\n"
        "1 object: 1 refused, 0 reported\n"
    )


@pytest.mark.policies
def test_who_works_in_the_namespace_decides(folder: Path) -> None:
    """`web` is the platform's, where `tagged` only reports; the exception is for its own Service alone."""
    files = folder / "files"
    files.mkdir()
    (files / "a.yaml").write_text((POD % ", namespace: web") + "---" + (SERVICE % ", namespace: web"))
    (files / "b.yml").write_text((POD % ", namespace: else") + "---" + (SERVICE % ", namespace: else"))
    (files / "read.me").write_text("no YAML: [")
    done = run(folder, "test", "--json", "files")
    assert done.returncode == 1, done.stderr
    found = [(one["file"], one["target"], one["policy"], one["action"]) for one in json.loads(done.stdout)]
    assert found == [
        ("files/a.yaml", "Pod web/bad", "tagged", "audit"),
        ("files/b.yml", "Pod else/bad", "tagged", "deny"),
        ("files/b.yml", "Service else/gate", "closed", "deny"),
    ]
    assert run(folder, "test", "files/a.yaml").returncode == 0
    assert run(folder, "test", "--namespace-tier", "platform", "-", stdin=POD % "").returncode == 0
    assert run(folder, "test", "--namespace", "web", "-", stdin=POD % "").returncode == 0
    labels = "labels: {platform-stack.io/tier: platform}"
    labelled = f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: else, {labels}}}\n---"
    assert run(folder, "test", "-", stdin=labelled + POD % ", namespace: else").returncode == 0
