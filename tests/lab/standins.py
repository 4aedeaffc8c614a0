"""Stand-in charts: the same names and versions as the real ones, made of the facts recorded about them.

A stand-in renders the reduced objects of APPLICATION/RELEASE.json in the platform's folder of facts for the
cluster's profile, whatever its values say, and brings CRDs: with the real schema where the repository records
one, else with a schema that takes anything.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.integrations.custom_kinds import GROUPS
from tests.engines import ROOT, module_folder

from . import environment
from .engines import ARGOCD
from .errors import fail

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .client import Object
    from .dist import ChartPin, Dist

SCHEMAS = ROOT / "imports" / "platform_stack_imports" / "schemas"

# Of these the repository records a part: their rules may ask for what was left out.
PRUNED = {(group.name, kind.name) for group in GROUPS for kind in group.kinds if kind.keep}

ARGOCD_GROUP = "argoproj.io"
ARGOCD_MODULE = "github.com/argoproj/argo-cd/v3"
_NOTHING: dict[str, Any] = {}
# What of the values of the argo-cd chart each ConfigMap holds.
ARGOCD_CONFIG_MAPS = {"argocd-cm": "cm", "argocd-cmd-params-cm": "params", "argocd-rbac-cm": "rbac"}
# Whose addresses the chart writes there, for they have the release's name: port of the pods, key.
ARGOCD_ADDRESSES = {"redis": "redis.server", "repo-server": "repo.server"}


def write_stand_ins(dist: Dist, recorded: Path, profile: str, folder: Path) -> dict[tuple[str, str], Path]:
    """Write a chart folder for each chart of dist and return them by (name, version).

    Args:
        dist: the cluster's folder.
        recorded: the platform's folder of facts.
        profile: the cluster's profile.
        folder: gets the charts.

    Raises:
        LabError: no facts are recorded for a chart.

    """
    facts = _facts(recorded)
    charts: dict[tuple[str, str], Path] = {}
    for pin in dist.charts:
        fact = facts.get((pin.chart, pin.version, pin.release))
        if fact is None:
            fail(
                f"chart {pin.chart} {pin.version}, release {pin.release}",
                f"no file of facts for it in {recorded}",
                "one file a release",
                "record them with `platform-stack facts`, or give the real charts with --charts DIR",
            )
        objects = list(fact["profiles"][profile]["objects"])
        values = [yaml.safe_load((dist.repository / path).read_text()) for path in pin.values]
        known, containers = environment.variables(values), _NOTHING
        if pin.chart == "argo-cd":
            objects = argocd_settings(objects, values[0])
            said, containers = environment.upstream(
                module_folder(ARGOCD, ARGOCD_MODULE) / "manifests" / "base"
            )
            known = said | known
        for item in objects:
            environment.fill(item, known, containers)
        objects = [complete(item) for item in objects]
        chart = folder / pin.chart
        charts[pin.chart, pin.version] = chart
        _write_chart(chart, pin, objects, fact["custom_resource_definitions"])
    return charts


def custom_resource_definition(definition: Mapping[str, Any]) -> Object:
    """Return the CRD of one recorded kind: {"group", "kind", "plural", "scope", "versions"}.

    Argo CD's own kinds come from the engine itself: the repository records a part of them.
    """
    if definition["group"] == ARGOCD_GROUP:
        return argocd_definition(definition["kind"])
    recorded = SCHEMAS / f"{definition['group']}.{definition['kind']}.json"
    rules = _without_rules if (definition["group"], definition["kind"]) in PRUNED else _with_message
    schema = json.loads(recorded.read_text(), object_hook=rules) if recorded.is_file() else None
    versions = sorted(definition["versions"], key=_priority)
    if schema and schema["version"] not in versions:
        versions.append(schema["version"])
    storage = schema["version"] if schema else versions[-1]
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{definition['plural']}.{definition['group']}",
            # Groups below k8s.io are refused without it.
            "annotations": {"api-approved.kubernetes.io": "unapproved, a stand-in of the lab"},
        },
        "spec": {
            "group": definition["group"],
            "scope": definition["scope"],
            "names": {
                "kind": definition["kind"],
                "listKind": f"{definition['kind']}List",
                "plural": definition["plural"],
                "singular": definition["kind"].lower(),
            },
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": version == storage,
                    "subresources": {"status": {}},
                    "schema": {
                        "openAPIV3Schema": schema["schema"]
                        if schema and version == schema["version"]
                        else anything
                    },
                }
                for version in versions
            ],
        },
    }


def argocd_definition(kind: str) -> Object:
    """Return the CRD of Application, ApplicationSet or AppProject, as the engine ships it."""
    path = module_folder(ARGOCD, ARGOCD_MODULE) / "manifests" / "crds" / f"{kind.lower()}-crd.yaml"
    definition: Object = yaml.load(path.read_text(), yaml.CSafeLoader)
    return definition


def argocd_settings(objects: list[Object], values: Mapping[str, Any]) -> list[Object]:
    """Return the objects with Argo CD's own settings filled in, so that a sync of itself does not empty them.

    What the values do not say comes from the engine's own manifests; a recorded key that neither knows is left out.
    """
    defaults = module_folder(ARGOCD, ARGOCD_MODULE) / "manifests" / "base" / "config"
    addresses = {
        ARGOCD_ADDRESSES[port["targetPort"]]: f"{item['metadata']['name']}:{port['port']}"
        for item in objects
        if item["kind"] == "Service"
        for port in item["spec"].get("ports") or []
        if port.get("targetPort") in ARGOCD_ADDRESSES
    }
    filled: list[Object] = []
    for item in objects:
        section = ARGOCD_CONFIG_MAPS.get(item["metadata"]["name"])
        if item["kind"] != "ConfigMap" or section is None:
            filled.append(item)
            continue
        base = yaml.safe_load((defaults / f"{item['metadata']['name']}.yaml").read_text()).get("data") or {}
        said = values.get("configs", {}).get(section, {})
        data = {**base, **{key: _text(value) for key, value in said.items() if value is not None}}
        data |= {key: address for key, address in addresses.items() if key in (item.get("data") or {})}
        filled.append({**item, "data": data})
    return filled


def complete(item: Object) -> Object:
    """Return an object with what the facts leave out although its schema demands it: the expressions of rules."""
    if item["kind"] != "PrometheusRule":
        return item
    groups = [
        {**group, "rules": [{"expr": "vector(0)", **rule} for rule in group.get("rules", [])]}
        for group in item.get("spec", {}).get("groups", [])
    ]
    return {**item, "spec": {**item.get("spec", {}), "groups": groups}}


def escape(text: str) -> str:
    """Return a text that Helm's template engine gives back as it was."""
    return re.sub(r"\{\{", '{{ "{{" }}', text)


def _with_message(node: Object) -> Object:
    """Give a validation rule the message that the recorded schema leaves out and rules of several lines must have."""
    rules = node.get("x-kubernetes-validations")
    if isinstance(rules, list):
        node["x-kubernetes-validations"] = [{"message": "refused by the schema", **rule} for rule in rules]
    return node


def _without_rules(node: Object) -> Object:
    """Take the validation rules from a schema."""
    node.pop("x-kubernetes-validations", None)
    return node


def _facts(folder: Path) -> dict[tuple[str, str, str], Any]:
    found = {}
    for path in sorted(folder.glob("*/*.json")):
        fact = json.loads(path.read_text())
        found[fact["chart"], fact["version"], path.stem] = fact
    return found


def _write_chart(chart: Path, pin: ChartPin, objects: list[Object], definitions: list[Any]) -> None:
    (chart / "templates").mkdir(parents=True, exist_ok=True)
    (chart / "crds").mkdir(exist_ok=True)
    about = {
        "apiVersion": "v2",
        "name": pin.chart,
        "version": pin.version,
        "description": "A stand-in of the lab.",
    }
    (chart / "Chart.yaml").write_text(yaml.safe_dump(about))
    # A chart may be installed under several names, each with objects of its own.
    documents = escape(yaml.dump_all(objects, Dumper=yaml.CSafeDumper))
    template = f'{{{{ if eq .Release.Name "{pin.release}" }}}}\n{documents}\n{{{{ end }}}}\n'
    (chart / "templates" / f"{pin.release}.yaml").write_text(template)
    for definition in definitions:
        item = custom_resource_definition(definition)
        (chart / "crds" / f"{item['metadata']['name']}.yaml").write_text(
            # `helm show crds` puts no line between the files.
            yaml.dump(item, Dumper=yaml.CSafeDumper, explicit_start=True)
        )


def _priority(version: str) -> tuple[int, int, int]:
    """Order versions as Kubernetes does: v1alpha1 < v1beta1 < v1 < v2."""
    match = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if match is None:
        return (0, 0, 0)
    stage = {"alpha": 0, "beta": 1, None: 2}[match[2]]
    return (stage, int(match[1]), int(match[3] or 0))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
