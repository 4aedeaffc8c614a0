"""helm template, as a function."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_stack.facts import yaml_reading
from platform_stack.facts.errors import FactsError
from platform_stack.facts.source import find_chart
from platform_stack.kubernetes import KUBERNETES_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from platform_stack.facts.store import Manifest

__all__ = ["find_chart", "render"]


def render(
    helm: str | Path,
    chart_path: Path,
    *,
    release: str,
    namespace: str,
    values: Mapping[str, Any],
    api_versions: Sequence[str],
    kube_version: str = KUBERNETES_VERSION,
) -> list[Manifest]:
    """Render a chart as Argo CD does: with its CRDs and with the API versions that the cluster will have.

    Args:
        helm: the helm command, 3.8 or newer; Argo CD renders with Helm 4 (see ``tests/lab/engines/helm``).
        chart_path: the chart's folder or ``.tgz`` package.
        release: the release's name.
        namespace: the release's namespace; objects without a namespace of their own get it when applied.
        values: the values file's content, as JSON data.
        api_versions: API versions beyond Kubernetes' own, such as ``monitoring.coreos.com/v1``.
        kube_version: the Kubernetes version to render for, the platform's by default.

    Returns:
        The manifests in helm's order; objects of a list kind (``RoleList``) one by one.

    Raises:
        FactsError: helm is not there, or it refuses; its own message is in the error.

    """
    with tempfile.TemporaryDirectory(prefix="platform-stack-values-") as folder:
        values_file = Path(folder) / "values.json"  # JSON is YAML, without YAML's traps
        values_file.write_text(json.dumps(values, default=dict), encoding="utf-8")
        command = [
            str(helm),
            *("template", release, str(chart_path)),
            *("--namespace", namespace),
            "--include-crds",
            *("--kube-version", kube_version),
            *("--values", str(values_file)),
        ]
        for api_version in api_versions:
            command += ["--api-versions", api_version]
        output = _run(command, chart_path)
    documents = yaml_reading.load_all(output)
    return [manifest for document in documents for manifest in _objects(document, chart_path)]


def _run(command: list[str], chart_path: Path) -> str:
    try:
        # The command is helm, which the caller names; nothing goes through a shell.
        result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        raise FactsError(
            command[0],
            found=f"no command that can be run ({error.strerror})",
            expected="helm 3.8 or newer",
            hint="install helm and put it on PATH, or name it",
        ) from error
    if result.returncode != 0:
        raise FactsError(
            chart_path,
            found=f"helm template failed with exit code {result.returncode}: {result.stderr.strip()}",
            expected="a chart that renders with the platform's values",
            hint="mend the values of the application, or its chart's pin",
        )
    return result.stdout


def _objects(document: object, chart_path: Path) -> Iterator[Manifest]:
    """Give a document's objects: none if it is empty, several if it is a list kind."""
    if document is None:
        return
    if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
        raise FactsError(
            chart_path,
            found=f"a document that is no Kubernetes object: {str(document)[:80]!r}",
            expected="manifests with apiVersion and kind",
            hint="see what helm template prints for this chart",
        )
    if not document["kind"].endswith("List") or not isinstance(document.get("items"), list):
        yield document
        return
    items: Iterable[Manifest] = document["items"]
    for item in items:
        # Items of a typed list may leave out what the list says.
        implied = {"apiVersion": document.get("apiVersion"), "kind": document["kind"].removesuffix("List")}
        yield from _objects({**implied, **item}, chart_path)
