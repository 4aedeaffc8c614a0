"""docker, kind, kubectl, helm and git as bootstrap.sh calls them: records each call, plays a small world.

Installed under each name. The environment variable WORLD names the folder of the world:
calls.jsonl (what was called), clusters/NAME (its binds), applied.jsonl (what kubectl got), and, put there by a
test: `docker-down`, `no-context`, `create-fails`, `hang` (words of a call that never returns), `adopted` (names of
Applications that Argo CD has), `applications` (what it says of them), `definitions` (what is Established), `rollouts`
(a file for each time that a rollout is asked about, the last of them for ever: its text, an error if it begins so),
`secrets` (namespace and name of those that are there, a line each), `rendered` (what every chart makes).
"""

# ruff: noqa: T201  its standard output is what the script reads
from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

WORLD = Path(os.environ["WORLD"])
CLUSTERS = WORLD / "clusters"


def main() -> None:
    tool, arguments = Path(sys.argv[0]).name, sys.argv[1:]
    seen = {
        "call": [tool, *arguments],
        "secrets": sorted(name for name in os.environ if name.startswith("GIT_TOKEN")),
    }
    with (WORLD / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps(seen) + "\n")
    if (WORLD / "hang").exists() and set((WORLD / "hang").read_text().split()) <= {tool, *arguments}:
        if tool == "kind":
            create(arguments)
        time.sleep(60)
    {"docker": docker, "kind": kind, "kubectl": kubectl, "helm": helm, "git": git}[tool](arguments)


def docker(arguments: list[str]) -> None:
    if (WORLD / "docker-down").exists():
        sys.exit("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?")
    if arguments[0] == "inspect":
        cluster = CLUSTERS / arguments[-1].removesuffix("-control-plane")
        if cluster.read_text() == "only a worker":
            sys.exit(f"Error: No such object: {arguments[-1]}")
        sys.stdout.write(cluster.read_text())


def kind(arguments: list[str]) -> None:
    if arguments[:2] == ["get", "clusters"]:
        print("\n".join(sorted(path.name for path in CLUSTERS.iterdir())))
    elif arguments[:2] == ["get", "nodes"]:
        print(f"{option(arguments, '--name')}-control-plane")
    elif arguments[:2] == ["create", "cluster"]:
        create(arguments)
    elif arguments[:2] == ["export", "kubeconfig"]:
        Path(option(arguments, "--kubeconfig")).write_text("kubeconfig\n")
    elif arguments[:2] == ["delete", "cluster"]:
        (CLUSTERS / option(arguments, "--name")).unlink(missing_ok=True)


def create(arguments: list[str]) -> None:
    # The real one leaves nothing behind when it fails.
    if (WORLD / "create-fails").exists():
        sys.exit("ERROR: failed to create cluster: Bind for 127.0.0.1:80 failed: port is already allocated")
    (CLUSTERS / "kind").write_text(f"{Path.cwd()}/.platform-stack/encryption:/etc/kubernetes/encryption:ro\n")
    Path(option(arguments, "--kubeconfig")).write_text("kubeconfig\n")


def kubectl(arguments: list[str]) -> None:
    words = arguments[4:]  # behind --kubeconfig FILE --context NAME
    if words[0] in ("apply", "create"):
        text = sys.stdin.read() if words[-1] == "-" else ""
        with (WORLD / "applied.jsonl").open("a") as applied:
            applied.write(json.dumps({"words": words, "stdin": text}) + "\n")
        if words[0] == "create":
            with (WORLD / "secrets").open("a") as secrets:
                secrets.write("argocd argocd-redis\n")
    elif words[:2] == ["config", "get-contexts"] and (WORLD / "no-context").exists():
        sys.exit(f"error: context {words[2]} not found")
    elif words[:2] == ["rollout", "status"]:
        rollout()
    elif words[0] == "get":
        get(words)


def get(words: list[str]) -> None:
    adopted = (WORLD / "adopted").read_text().split() if (WORLD / "adopted").exists() else []
    if words[1:3] == ["customresourcedefinitions", "-o"]:
        state = WORLD / "definitions"
        print(state.read_text() if state.exists() else "applications.argoproj.io True")
    elif words[1] == "customresourcedefinitions" and adopted:
        print("customresourcedefinition.apiextensions.k8s.io/applications.argoproj.io")
    elif words[1] == "applications.argoproj.io":
        if words[2] in adopted:
            print(f"application.argoproj.io/{words[2]}")
        elif "-o" in words and words[2] == "-n":
            state = WORLD / "applications"
            print(state.read_text() if state.exists() else "root Synced Healthy Succeeded")
    elif words[1] == "secrets":
        get_secrets(words)
    elif words[1] == "pods":
        print(
            "one-5d4f8-abcde 0/1 ImagePullBackOff 0 9m\none-5d4f8-fghij 1/1 Running 0 9m\nother-x 0/1 Pending 0 9m"
        )
    elif words[1].startswith("daemonsets"):
        print("deployment.apps/one")


def get_secrets(words: list[str]) -> None:
    state = WORLD / "secrets"
    there = [line.split() for line in state.read_text().splitlines()] if state.exists() else []
    if words[2] == "--all-namespaces":
        print("\n".join(f"{namespace} {name} Opaque 1 9m" for namespace, name in there))
    elif words[2] == "platform-repository" and (WORLD / "has-credentials").exists():
        print("secret/platform-repository")
    elif [option(words, "-n"), words[2]] in there:
        print(f"secret/{words[2]}")


def rollout() -> None:
    states = sorted((WORLD / "rollouts").iterdir()) if (WORLD / "rollouts").exists() else []
    text = states[0].read_text() if states else 'deployment "one" successfully rolled out'
    if len(states) > 1:
        states[0].unlink()
    if text.startswith("error"):
        sys.exit(text)
    print(text)


def helm(arguments: list[str]) -> None:
    rendered = WORLD / "rendered"
    sys.stdout.write(rendered.read_text() if rendered.exists() else f"# {' '.join(arguments[:2])}\n")


def git(arguments: list[str]) -> None:
    os.execv(os.environ["REAL_GIT"], ["git", *arguments])  # noqa: S606  a shell would only be in the way


def option(arguments: list[str], name: str) -> str:
    return arguments[arguments.index(name) + 1]


if __name__ == "__main__":
    main()
