"""CONTRIBUTING.md's "Add something", done in a copy: it works, and takes as many files as it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.engines import ROOT
from tests.guide import describe, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
POLICIES = "apps/policies/kyverno"
LIBRARY = "platform/platform_stack"


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


def replace(folder: Path, path: str, *pairs: tuple[str, str]) -> None:
    text = (folder / path).read_text()
    for old, new in pairs:
        assert old in text, (path, old)
        text = text.replace(old, new, 1)
    (folder / path).write_text(text)


def an_application(folder: Path) -> None:
    describe(folder)


def a_policy(folder: Path) -> None:
    guide = (ROOT / "docs/guides/write-a-policy.md").read_text()
    (policy,) = re.findall(r"^```python\n(Policy\(\n.*?^\))\n```", guide, re.MULTILINE | re.DOTALL)
    write(
        folder,
        f"{POLICIES}/nodes.py",
        "from platform_stack import Action, Policy\n"
        "from platform_stack.integrations.kyverno import Check, Validation\n\n"
        f"from .pods import POD\n\nNODES = ({policy},)\n",
    )
    replace(
        folder,
        f"{POLICIES}/__init__.py",
        ("from .pod_security_baseline", "from .nodes import NODES\nfrom .pod_security_baseline"),
        ("KYVERNO = (", "KYVERNO = (*NODES, "),
    )


def a_rule(folder: Path) -> None:
    write(
        folder,
        f"{LIBRARY}/checks/names.py",
        '"""Names."""\n\nfrom platform_stack.errors import Finding\n\n\n'
        "def no_demo(estate):\n"
        '    """Yield each application that is called demo."""\n'
        "    for member in estate.platform.members:\n"
        '        if member.name == "demo":\n'
        '            yield Finding(f"{member.source}: application \'demo\'", "demo", "a name that says what it is")\n',
    )
    replace(
        folder,
        f"{LIBRARY}/checks/rules.py",
        ("    namespaces,\n", "    names,\n    namespaces,\n"),
        ("RULES = (\n", 'RULES = (\n    Rule("no-demo", "error", Phase.DECLARED, names.no_demo),\n'),
    )
    write(
        folder,
        "tests/library/invalid/demo.py",
        '"""apps/__main__.py:8: application \'demo\'\n'
        '  found:    demo\n  expected: a name that says what it is\n"""\n\n'
        "from platform_stack import Application, Cluster, Namespace, Platform\n\n"
        'demo = Application(name="demo", namespaces=(Namespace(name="demo"),))\n'
        'cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")\n'
        "PLATFORM = Platform(applications=(demo,), clusters=(cluster,))\n",
    )


def a_command(folder: Path) -> None:
    write(
        folder,
        f"{LIBRARY}/cli/greet.py",
        '"""`platform-stack greet`."""\n\nimport click\n\n\n@click.command()\ndef greet():\n'
        '    """Say hello."""\n    click.echo("hello")\n',
    )
    replace(
        folder,
        f"{LIBRARY}/cli/__init__.py",
        ("_COMMANDS = {\n", '_COMMANDS = {\n    "greet": "say hello",\n'),
    )


def an_integration(folder: Path) -> None:
    write(
        folder,
        f"{LIBRARY}/integrations/acme.py",
        '"""Acme: dashboards."""\n\nfrom platform_stack import Dashboards\n\n\n'
        "def dashboards():\n"
        '    """Return what Acme\'s server is for the others."""\n'
        '    return Dashboards(workloads=("acme",))\n',
    )


ADDED: dict[str, Callable[[Path], None]] = {
    "application": an_application,
    "policy": a_policy,
    "rule": a_rule,
    "command": a_command,
    "integration": an_integration,
}


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """Return a copy to which one of each was added, and the number of files that each took."""
    folder = tmp_path_factory.mktemp("added")
    for path in ("apps", "platform", "imports/facts"):
        shutil.copytree(ROOT / path, folder / path, ignore=shutil.ignore_patterns("__pycache__"))
    took = {}
    for name, add in ADDED.items():
        before = files(folder)
        add(folder)
        after = files(folder)
        took[name] = sum(before.get(path) != text for path, text in after.items())
    record(folder)
    return folder, took


def run(folder: Path, *arguments: str, library: Path) -> subprocess.CompletedProcess[str]:
    roots = (folder, library / "platform")
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_takes_as_many_files_as_is_said(added: tuple[Path, dict[str, int]]) -> None:
    said = {
        name: int(count)
        for name, count in re.findall(r"^- \*\*An? (\w+)\*\* \((\d) files?", CONTRIBUTING, re.MULTILINE)
    }
    assert added[1] == said


def test_the_application_and_the_policy_come_out(added: tuple[Path, dict[str, int]]) -> None:
    folder, _ = added
    done = run(folder, "-m", "platform_stack", "synth", library=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "dist/kind/apps/podinfo/application.yaml").is_file()
    assert list(folder.glob("dist/kind/apps/kyverno/manifests/*.no-node-selector.yaml"))


def test_the_rule_refuses(added: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    folder, _ = added
    case = folder / "tests/library/invalid/demo.py"
    write(tmp_path, "apps/__main__.py", case.read_text())
    done = run(tmp_path, "-m", "platform_stack", "synth", library=folder)
    assert done.returncode == 1
    assert done.stderr.strip() == case.read_text().split('"""')[1].strip()
    assert (
        "no-demo (error, declared)"
        in run(tmp_path, "-m", "platform_stack", "check", "--rules", library=folder).stdout
    )


def test_the_command_is_there(added: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    folder, _ = added
    assert run(tmp_path, "-m", "platform_stack", "greet", library=folder).stdout == "hello\n"


def test_the_integration_gives_a_role(added: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    folder, _ = added
    program = (
        "from platform_stack import Application, Cluster, Dashboards, Namespace, Platform\n"
        "from platform_stack.integrations import acme\n"
        'app = Application(name="acme", namespaces=(Namespace(name="acme"),), roles=(acme.dashboards(),))\n'
        'cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")\n'
        "platform = Platform(applications=(app,), clusters=(cluster,))\n"
        "print([one.application.name for one in platform.holders(Dashboards)])\n"
    )
    assert run(tmp_path, "-c", program, library=folder).stdout == "['acme']\n"
