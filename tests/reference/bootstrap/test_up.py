"""bootstrap.sh up: the order of things, again, interrupted and continued."""

from __future__ import annotations

import base64
import os
import signal
import stat
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from platform_stack.bootstrap import read

if TYPE_CHECKING:
    from .conftest import Sandbox

pytestmark = pytest.mark.bootstrap

CONTEXT = ["--context", "kind-kind"]


def index(calls: list[str], *words: str) -> int:
    """Return the place of the first call that has all these words."""
    return next(place for place, call in enumerate(calls) if all(word in call for word in words))


def interrupt(sandbox: Sandbox, *words: str) -> tuple[int, str]:
    """Run `up`, press Ctrl-C when a call with these words runs, and return exit code and output."""
    (sandbox.world / "hang").write_text(" ".join(words))
    with sandbox.start("up") as process:
        deadline = time.monotonic() + 30
        while not any(set(words) <= set(call.split()) for call in sandbox.calls()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    (sandbox.world / "hang").unlink()
    return process.returncode, output


def test_up_goes_in_order(sandbox: Sandbox) -> None:
    output = sandbox.up()

    calls = sandbox.calls()
    order = [
        index(calls, "kind create cluster"),
        index(calls, "helm template", "kube-prometheus-stack"),
        index(calls, "kubectl get customresourcedefinitions -o go-template"),
        index(calls, "kubectl apply", "Namespace.cilium-secrets.yaml"),
        index(calls, "helm template cilium"),
        index(calls, "kubectl rollout status", "-n kube-system"),
        index(calls, "kubectl apply", "Namespace.argocd.yaml"),
        index(calls, "kubectl create"),
        index(calls, "helm template argocd"),
        index(calls, "kubectl rollout status", "-n argocd"),
        index(calls, "kubectl apply", "NetworkPolicy.egress-argocd-repo-server-to-world.yaml"),
        index(calls, "kubectl apply", "root.yaml"),
    ]
    assert order == sorted(order)
    routes = read(sandbox.clone / "dist/kind")["ROUTES"].split()
    assert routes
    assert not [route for route in routes if route not in output]
    assert "platform-ca.crt" in output
    assert "argocd-initial-admin-secret" in output


def test_policies_of_what_runs_already_are_applied_at_once(sandbox: Sandbox) -> None:
    """One after the other, the first would take from Argo CD's controller what the next ones give it."""
    sandbox.up()

    folder = sandbox.clone / "dist/kind/apps/argocd/manifests"
    files = sorted(path.name for path in folder.glob("*NetworkPolicy.*.yaml"))
    assert len(files) > 2
    (call,) = [call for call in sandbox.calls() if call.startswith("kubectl apply") and files[0] in call]
    assert [name for name in files if name not in call] == []


def test_charts_come_from_the_pins_and_values_of_dist(sandbox: Sandbox) -> None:
    sandbox.up()

    helm = [call for call in sandbox.calls() if call.startswith("helm")]
    variables = read(sandbox.clone / "dist/kind")
    lines = [*variables["CRDS"].splitlines(), *variables["CHARTS"].splitlines()]
    assert len(helm) == len(lines)
    for call, line in zip(helm, lines, strict=True):
        _, namespace, _, version, values, reference = line.split(" ", 5)
        assert f"{reference} --version {version}" in call
        assert f"--namespace {namespace} --include-crds --no-hooks --values dist/kind/{values}" in call


def test_before_the_charts_of_the_bootstrap_only_definitions_are_applied(sandbox: Sandbox) -> None:
    """Wherever a chart keeps them: a template may quote its kind, and the first document needs no line before it."""
    definition = "apiVersion: apiextensions.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: {name}\n"
    other = "apiVersion: v1\nkind: ConfigMap\ndata:\n  text: |\n    kind: CustomResourceDefinition\n"
    first = definition.format(kind="CustomResourceDefinition", name="one")
    second = definition.format(kind='"CustomResourceDefinition"', name="two")
    (sandbox.world / "rendered").write_text(f"{first}---\n# Source: a/b.yaml\n{other}---\n{second}")
    sandbox.up()

    before, *charts = [
        each["stdin"] for each in sandbox.applied() if each["stdin"] and "kind:" in each["stdin"]
    ]
    assert before == f"---\n{first}---\n{second}"
    assert [text for text in charts if "ConfigMap" in text]


def test_everything_is_applied_under_the_name_that_argo_cd_will_use(sandbox: Sandbox) -> None:
    sandbox.up()

    applied = [each for each in sandbox.applied() if each["words"][0] == "apply"]
    assert applied
    for each in applied:
        assert {"--server-side", "--field-manager=argocd-controller"} <= set(each["words"])
        assert not [word for word in each["words"] if word in ("-n", "--namespace")]


def test_up_again_changes_nothing_that_argo_cd_has(sandbox: Sandbox) -> None:
    sandbox.up()
    (sandbox.world / "adopted").write_text("prometheus cilium argocd root")
    sandbox.forget()

    output = sandbox.up()

    calls = sandbox.calls()
    assert not [call for call in calls if call.startswith(("helm", "kind create", "kind delete"))]
    (applied,) = sandbox.applied()
    assert applied["words"][-4:] == [
        "-f",
        "dist/kind/bootstrap/root.yaml",
        "-l",
        "platform-stack.io/layer=root",
    ]
    assert "Argo CD has cilium: left alone" in output


def test_the_selector_of_the_second_time_finds_the_root_application_only(sandbox: Sandbox) -> None:
    root = list(yaml.safe_load_all((sandbox.clone / "dist/kind/bootstrap/root.yaml").read_text()))

    chosen = [
        each["kind"]
        for each in root
        if each["metadata"].get("labels", {}).get("platform-stack.io/layer") == "root"
    ]
    assert chosen == ["Application"]


def test_the_encryption_key_is_made_once_and_for_its_owner_only(sandbox: Sandbox) -> None:
    sandbox.up()

    path = sandbox.state / "encryption/config.yaml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    config = yaml.safe_load(path.read_text())
    (resource,) = config["resources"]
    assert resource["resources"] == ["secrets"]
    first, second = resource["providers"]
    (key,) = first["secretbox"]["keys"]
    assert len(base64.b64decode(key["secret"])) == 32
    assert second == {"identity": {}}

    before = path.read_bytes()
    sandbox.run("down")
    sandbox.up()
    assert path.read_bytes() == before


def test_two_clones_have_two_keys(sandbox: Sandbox) -> None:
    sandbox.up()
    first = (sandbox.state / "encryption/config.yaml").read_bytes()
    sandbox.run("down")
    (sandbox.state / "encryption/config.yaml").unlink()
    sandbox.up()
    assert (sandbox.state / "encryption/config.yaml").read_bytes() != first


def test_a_cluster_whose_key_is_lost_gets_no_new_one(sandbox: Sandbox) -> None:
    sandbox.up()
    (sandbox.state / "encryption/config.yaml").unlink()
    sandbox.forget()

    done = sandbox.run("up")

    assert done.returncode == 1
    assert "the encryption key of cluster kind" in done.stderr
    assert not sandbox.changes()
    assert not (sandbox.state / "encryption/config.yaml").exists()


def test_interrupted_while_the_cluster_is_made(sandbox: Sandbox) -> None:
    code, output = interrupt(sandbox, "kind", "create")
    assert code == 130
    assert "./bootstrap.sh up goes on from here" in output
    key = (sandbox.state / "encryption/config.yaml").read_bytes()
    sandbox.forget()

    sandbox.up()

    calls = sandbox.calls()
    assert index(calls, "kind delete cluster --name kind") < index(calls, "kind create cluster")
    assert (sandbox.state / "encryption/config.yaml").read_bytes() == key
    assert not (sandbox.state / "kind.creating").exists()


def test_interrupted_before_the_first_node(sandbox: Sandbox) -> None:
    (sandbox.world / "clusters/kind").write_text("only a worker")
    assert "another made" in sandbox.run("up").stderr

    sandbox.state.mkdir(mode=0o700)
    (sandbox.state / "kind.creating").touch()
    sandbox.forget()
    sandbox.up()

    calls = sandbox.calls()
    assert index(calls, "kind delete cluster --name kind") < index(calls, "kind create cluster")


def test_interrupted_between_the_charts(sandbox: Sandbox) -> None:
    code, _ = interrupt(sandbox, "helm", "template", "argocd")
    assert code == 130
    sandbox.forget()

    sandbox.up()

    calls = sandbox.calls()
    assert not [call for call in calls if call.startswith(("kind create", "kind delete"))]
    assert index(calls, "docker start kind-control-plane") < index(calls, "helm template cilium")
    assert index(calls, "helm template argocd") < index(calls, "root.yaml")


def test_charts_wait_until_the_kinds_are_served(sandbox: Sandbox) -> None:
    (sandbox.world / "definitions").write_text("a.example True\nprobes.example False\nnew.example \n")

    done = sandbox.run("up", TIMEOUT="2")

    assert done.returncode == 1
    assert "found:    not yet: probes.example new.example" in done.stderr
    networks = [call for call in sandbox.calls() if call.startswith("helm template cilium")]
    assert networks == []


def test_the_waiting_says_for_what_and_ends(sandbox: Sandbox) -> None:
    (sandbox.world / "applications").write_text(
        "root OutOfSync Progressing Running\nloki Synced Healthy Succeeded\nvault OutOfSync Missing\n"
    )

    done = sandbox.run("up", TIMEOUT="2")

    assert done.returncode == 1
    assert "1 ready, not yet: root vault" in done.stdout
    assert "the platform" in done.stderr
    assert "1 ready, not yet: root vault" in done.stderr


def test_an_application_that_is_ready_but_still_syncing_is_not_ready(sandbox: Sandbox) -> None:
    (sandbox.world / "applications").write_text("root Synced Healthy Running\n")
    assert "0 ready, not yet: root" in sandbox.run("up", TIMEOUT="2").stdout


def lacking(sandbox: Sandbox, *there: str) -> list[str]:
    """Have only these Secrets ("namespace name") be there; return the others that dist/ declares, as namespace/name."""
    (sandbox.world / "secrets").write_text("".join(f"{each}\n" for each in (*there, "argocd argocd-redis")))
    lines = read(sandbox.clone / "dist/kind")["SECRETS"].splitlines()
    return ["/".join(line.split()[:2]) for line in lines if line.rpartition(" ")[0] not in there]


def test_without_sealed_secrets_it_ends_and_says_what_waits_for_which(sandbox: Sandbox) -> None:
    (sandbox.world / "applications").write_text(
        "root OutOfSync Progressing Running\ngatekeeper Synced Healthy Succeeded\n"
        "prometheus Synced Progressing Succeeded\nkong Synced Healthy Succeeded\n"
    )
    missing = lacking(sandbox)

    done = sandbox.run("up", TIMEOUT="60")

    assert done.returncode == 0, done.stderr
    assert "not yet: root prometheus (prometheus lacks the Secret monitoring/grafana-admin)" in done.stdout
    end = done.stdout.partition("The platform is as ready as it can be")[2]
    assert missing
    assert not [name for name in missing if name not in end]
    assert "    prometheus: monitoring/grafana-admin\n" in end
    assert "secrets init and seal" in end
    assert "The platform is ready" not in done.stdout
    assert sandbox.run("status").returncode == 1


@pytest.mark.parametrize(
    ("applications", "there"),
    [
        # Somebody else is not ready either: it may be the next moment.
        ("root OutOfSync Missing Running\nprometheus Synced Progressing\nloki Synced Progressing\n", ()),
        # Its Secret is there: what it waits for is something else.
        ("root OutOfSync Missing Running\nprometheus Synced Progressing\n", ("monitoring grafana-admin",)),
        # Who needs one has not been made yet.
        ("root OutOfSync Missing Running\n", ()),
        ("root OutOfSync Missing Running\nloki Synced Healthy\n", ()),
    ],
)
def test_it_does_not_give_up_while_something_else_may_still_happen(
    sandbox: Sandbox, applications: str, there: tuple[str, ...]
) -> None:
    (sandbox.world / "applications").write_text(applications)
    lacking(sandbox, *there)

    done = sandbox.run("up", TIMEOUT="3")

    assert done.returncode == 1
    assert "the platform" in done.stderr
    assert "as ready as it can be" not in done.stdout


def test_a_deployment_that_passed_its_deadline_is_waited_for(sandbox: Sandbox) -> None:
    (sandbox.world / "rollouts").mkdir()
    late = 'error: deployment "one" exceeded its progress deadline'
    for number, text in enumerate(
        [
            "Waiting for deployment spec update to be observed...",
            late,
            'deployment "one" successfully rolled out',
        ]
    ):
        (sandbox.world / f"rollouts/{number}").write_text(text)

    output = sandbox.up()

    assert (
        'pods: one-5d4f8-abcde (ImagePullBackOff); deployment "one" exceeded its progress deadline' in output
    )


@pytest.mark.parametrize(
    "text",
    [
        'deployment "one" successfully rolled out',
        'daemon set "one" successfully rolled out',
        "statefulset rolling update complete 1 pods at revision one-7b6...",
        "partitioned roll out complete: 1 new pods have been updated...",
    ],
)
def test_every_end_of_a_rollout_is_known(sandbox: Sandbox, text: str) -> None:
    (sandbox.world / "rollouts").mkdir()
    (sandbox.world / "rollouts/0").write_text(text)

    sandbox.up(TIMEOUT="3")


def test_a_rollout_that_does_not_end_says_where_it_stands(sandbox: Sandbox) -> None:
    (sandbox.world / "rollouts").mkdir()
    (sandbox.world / "rollouts/0").write_text('error: deployment "one" exceeded its progress deadline')

    done = sandbox.run("up", TIMEOUT="2")

    assert done.returncode == 1
    assert (
        "deployment.apps/one in kube-system\n  found:    pods: one-5d4f8-abcde (ImagePullBackOff);"
        in done.stderr
    )
    assert "./bootstrap.sh up goes on from here" in done.stderr


def test_every_call_names_its_kubeconfig_and_its_context(sandbox: Sandbox) -> None:
    own = sandbox.folder / "own-kubeconfig"
    own.write_text("current-context: production\n")

    sandbox.up(KUBECONFIG=str(own))

    kubeconfig = ["--kubeconfig", str(sandbox.state / "kind.kubeconfig")]
    for each in sandbox.log():
        call = each["call"]
        if call[0] == "kubectl":
            assert call[1:5] == [*kubeconfig, *CONTEXT]
        if call[:2] in (["kind", "create"], ["kind", "export"], ["kind", "delete"]):
            assert kubeconfig == call[call.index("--kubeconfig") :][:2]
    assert own.read_text() == "current-context: production\n"


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(sandbox: Sandbox) -> None:
    files = sandbox.files()

    done = sandbox.run("up", "--dry-run")

    assert done.returncode == 0, done.stderr
    assert sandbox.files() == files
    assert not sandbox.changes()
    assert not [call for call in sandbox.calls() if call.startswith("helm")]
    for words in ("kind create cluster", "helm template cilium", "helm template argocd", "root.yaml"):
        assert words in done.stdout
    assert "The platform is ready" not in done.stdout


def test_a_dry_run_on_a_cluster_changes_nothing(sandbox: Sandbox) -> None:
    sandbox.up()
    (sandbox.world / "adopted").write_text("prometheus cilium argocd root")
    sandbox.forget()
    files = sandbox.files()

    for command in ("up", "down"):
        done = sandbox.run(command, "--dry-run")
        assert done.returncode == 0, done.stderr
    assert sandbox.files() == files
    assert not sandbox.changes()


def test_argo_cd_elsewhere_and_nothing_else_to_install(sandbox: Sandbox) -> None:
    path = sandbox.clone / "dist/kind/bootstrap/cluster.env"
    path.write_text(
        path.read_text() + "ARGO_CD_NAMESPACE=argo-cd\nROOT=everything\nCRDS=\nCHARTS=\nSECRETS=\n"
    )
    (sandbox.world / "applications").write_text("everything Synced Healthy Succeeded")
    (sandbox.world / "adopted").write_text("everything")

    output = sandbox.up(ROOT="somebody-elses")

    assert "The platform is ready." in output
    assert "secrets are not sealed yet" not in output
    calls = sandbox.calls()
    assert not [call for call in calls if "-n argocd" in call or " root " in call]
    assert not [call for call in calls if call.startswith("helm ")]
    assert index(calls, "kubectl get applications.argoproj.io everything -n argo-cd")
