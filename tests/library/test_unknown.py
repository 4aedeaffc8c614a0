"""A chart without recorded facts: nothing is concluded from it, no default deny meets its pods, and all say so.

What needs to know it is refused: the files of tests/library/invalid that are named after an unknown release.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from platform_stack import Application, Chart, Cluster, Namespace, Platform, PlatformError, Sidecar
from platform_stack.facts import ChartFacts, Rendered, values_digest, write
from platform_stack.integrations import istio
from platform_stack.labels import NO_DEFAULT_DENY
from platform_stack.model.flow import Pods, reaches, within
from platform_stack.synth import Synthesized, synthesize
from tests import commands

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from platform_stack import Context, Profile
    from platform_stack.constructs import ManifestChart

POLICIES = ("AuthorizationPolicy", "CiliumNetworkPolicy", "NetworkPolicy")
CLUSTER = Cluster(name="kind", repo_url="https://git.example.test/platform")

DESCRIPTION = """
from platform_stack import Application, Chart, Cluster, Namespace, Platform

web = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    charts=(Chart(repository="https://charts.example.test", name="web", version="1.0.0"),),
)
PLATFORM = Platform(applications=(web,), clusters=(Cluster(name="kind", repo_url="https://git.example.test/p"),))
"""


def chart(name: str, namespace: str = "") -> Chart:
    return Chart(repository="https://charts.example.test", name=name, version="1.0.0", namespace=namespace)


def record(
    folder: Path, application: str, name: str, *objects: dict[str, Any], profile: Profile = "laptop"
) -> None:
    rendered = Rendered(values_digest("1.0.0", {}), objects)
    write(
        folder / application / f"{name}.json",
        ChartFacts(
            name, "https://charts.example.test", "1.0.0", "", (), {"type": "object"}, {profile: rendered}
        ),
    )


def made(facts: Path, *applications: Application) -> Synthesized:
    (result,) = synthesize(Platform(applications=applications, clusters=(CLUSTER,), facts=facts))
    return result


def kinds(result: Synthesized, application: str) -> list[str]:
    return sorted(item["kind"] for item in result.objects[application])


def readme(result: Synthesized) -> str:
    return result.files["README.md"].decode()


def test_the_namespace_of_an_unknown_chart_has_no_default_deny_and_says_so(no_facts: Path) -> None:
    result = made(
        no_facts, Application(name="web", namespaces=(Namespace(name="web"),), charts=(chart("web"),))
    )
    assert kinds(result, "web") == ["Namespace"]
    (namespace,) = result.objects["web"]
    why = "no facts are recorded for web 1.0.0"
    assert namespace["metadata"]["annotations"][NO_DEFAULT_DENY] == why
    written = yaml.safe_load(result.files["apps/web/manifests/Namespace.web.yaml"])
    assert written["metadata"]["annotations"][NO_DEFAULT_DENY] == why
    (warning,) = result.warnings
    assert f"{why}: no default deny in web" in warning.found
    assert "## Not known" in readme(result)
    assert f"| web | web | web | {why} | `platform-stack facts --application web` |" in readme(result)


def test_once_recorded_it_is_as_any_other(no_facts: Path) -> None:
    record(no_facts, "web", "web")
    result = made(
        no_facts, Application(name="web", namespaces=(Namespace(name="web"),), charts=(chart("web"),))
    )
    assert kinds(result, "web") == ["Namespace", "NetworkPolicy", "NetworkPolicy"]
    assert result.warnings == ()
    assert "Not known" not in readme(result)
    assert NO_DEFAULT_DENY not in str(result.objects)


def test_facts_that_do_not_know_the_profile_are_none(no_facts: Path) -> None:
    record(no_facts, "web", "web", profile="ha")
    result = made(
        no_facts, Application(name="web", namespaces=(Namespace(name="web"),), charts=(chart("web"),))
    )
    (warning,) = result.warnings
    assert "the facts of web do not know the profile 'laptop'" in warning.found
    assert kinds(result, "web") == ["Namespace"]


def test_old_facts_are_used_and_told(no_facts: Path) -> None:
    record(no_facts, "web", "web")
    newer = Chart(repository="https://charts.example.test", name="web", version="1.0.1")
    result = made(no_facts, Application(name="web", namespaces=(Namespace(name="web"),), charts=(newer,)))
    (warning,) = result.warnings
    assert "stale (they are of web 1.0.0)" in warning.found
    assert kinds(result, "web") == ["Namespace", "NetworkPolicy", "NetworkPolicy"]


def test_one_unknown_chart_of_two_is_enough(no_facts: Path) -> None:
    """Its pods may be in every namespace of its application, and in that of its release; in no other."""
    record(no_facts, "web", "known")
    host = Application(name="host", namespaces=(Namespace(name="host"), Namespace(name="closed")))
    web = Application(
        name="web",
        namespaces=(Namespace(name="web"), Namespace(name="jobs")),
        depends_on=(host,),
        shares_namespaces_of=(host,),
        charts=(chart("known"), chart("unknown", namespace="host")),
    )
    result = made(no_facts, host, web)
    denied = {
        item["metadata"]["namespace"]
        for items in result.objects.values()
        for item in items
        if item["kind"] in POLICIES
    }
    assert denied == {"closed"}
    assert "no default deny in host, jobs, web" in result.warnings[0].found


def pod(name: str) -> dict[str, Any]:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "web"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "containers": [
                        {
                            "name": name,
                            "image": "example.test/web:1",
                            "ports": [{"name": "http", "containerPort": 80}],
                        }
                    ]
                },
            },
        },
    }


def adds(*objects: dict[str, Any]) -> Callable[[ManifestChart, Context], None]:
    def manifests(made: ManifestChart, _context: Context) -> None:
        for item in objects:
            made.add(item)

    return manifests


@pytest.mark.parametrize("mesh", [False, True])
def test_a_known_pod_beside_an_unknown_one_is_not_isolated_either(no_facts: Path, *, mesh: bool) -> None:
    """A policy for it alone would keep it from DNS; one of DNS for all would keep the unknown one from all else."""
    installs = Application(
        name="istio",
        namespaces=(Namespace(name="istio"),),
        roles=(istio.mesh(sidecar=Sidecar(cpu="1m", memory="1Mi", known_idle="1Mi")),),
        provides=(
            "security.istio.io/AuthorizationPolicy",
            "security.istio.io/PeerAuthentication",
            "cilium.io/CiliumNetworkPolicy",
        ),
    )
    web = Application(
        name="web",
        namespaces=(Namespace(name="web", mesh=mesh),),
        depends_on=(installs,),
        charts=(chart("web"),),
        manifests=adds(pod("known"), pod("other")),
        flows=lambda _context: (within("known", ports=("http",), because="asks it", source=("other",)),),
    )
    asking = {**pod("asking"), "metadata": {"name": "asking", "namespace": "outside"}}
    outside = Application(
        name="outside",
        namespaces=(Namespace(name="outside", mesh=mesh),),
        depends_on=(web, installs),
        manifests=adds(asking),
        flows=lambda _context: (
            reaches(Pods(application="web", workloads=("known",)), ports=(80,), because="asks it"),
        ),
    )
    result = made(no_facts, installs, web, outside)
    policies = {
        (item["metadata"]["namespace"], item["metadata"]["name"])
        for items in result.objects.values()
        for item in items
        if item["kind"] in POLICIES
    }
    assert ("outside", "egress-asking-to-web-known") in policies
    assert [name for namespace, name in policies if namespace == "web"] == []


def test_a_flow_of_a_known_workload_needs_no_more(no_facts: Path) -> None:
    def web(workload: str) -> Application:
        return Application(
            name="web",
            namespaces=(Namespace(name="web"),),
            charts=(chart("web"),),
            manifests=adds(pod("known")),
            flows=lambda _context: (within("known", ports=(80,), because="asks it", source=(workload,)),),
        )

    assert len(made(no_facts, web("known")).flows) == 1
    with pytest.raises(PlatformError, match="'knwon' of 'web', not known: no facts are recorded for web"):
        made(no_facts, web("knwon"))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return commands.run(folder, *arguments)


@pytest.mark.parametrize("command", [("synth",), ("check",), ("flows",)])
def test_the_commands_say_it(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "__main__.py").write_text(DESCRIPTION)
    done = run(tmp_path, *command)
    assert done.returncode == 0
    assert "warning: apps/__main__.py:4: release 'web'" in done.stderr
    assert "no facts are recorded for web 1.0.0: no default deny in web" in done.stderr
    assert "record them: platform-stack facts --application web" in done.stderr
    assert "everything leads somewhere" not in done.stdout


def test_a_check_of_old_facts_does_not_say_that_all_is_well(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "__main__.py").write_text(DESCRIPTION.replace('version="1.0.0"', 'version="1.0.1"'))
    record(tmp_path / "imports" / "facts", "web", "web")
    done = run(tmp_path, "check")
    assert (done.returncode, done.stdout) == (0, "everything that is known leads somewhere\n")
    assert "the recorded facts are stale (they are of web 1.0.0)" in done.stderr


def test_the_warnings_are_data_too(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "__main__.py").write_text(DESCRIPTION)
    (result,) = json.loads(run(tmp_path, "synth", "--json").stdout)
    assert [warning["hint"] for warning in result["warnings"]] == [
        "record them: platform-stack facts --application web"
    ]
