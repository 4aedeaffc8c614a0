"""Find custom resource definitions below a folder, and make documents and import files of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import yaml

from platform_stack.bindings.documents import Document, Node, child, pruned, without_prose
from platform_stack.errors import fail

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from platform_stack.bindings.kinds import Group, Kind

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARK = b"CustomResourceDefinition"


def find(folder: Path, wanted: Iterable[Group]) -> dict[tuple[str, str], Node]:
    """Read the CRDs of the wanted groups from every `*.yaml` below `folder`, by group and kind.

    The same CRD may lie there twice when it is equal.

    Raises:
        PlatformError: two different CRDs of one group and kind.

    """
    groups = {group.name for group in wanted}
    found: dict[tuple[str, str], tuple[Path, Node]] = {}
    for path in sorted(folder.rglob("*.yaml")):
        content = path.read_bytes()
        if _MARK not in content or not any(group.encode() in content for group in groups):
            continue
        for crd in _definitions(content):
            group, kind = _identity(crd)
            if group not in groups:
                continue
            earlier, known = found.setdefault((group, kind), (path, crd))
            if known != crd:
                fail(
                    str(path),
                    found=f"a second, different CRD of {kind} in {group}",
                    expected=f"the one of {earlier}",
                    hint="name a folder that holds one version of each chart",
                )
    return {key: crd for key, (_, crd) in found.items()}


def _definitions(content: bytes) -> list[Node]:
    try:
        # CSafeLoader where libyaml is there: the safe loader either way.
        loaded = list(yaml.load_all(content, Loader=_LOADER))
    except yaml.YAMLError:
        # A chart's template is no YAML before helm renders it.
        return []
    crds = (item for item in loaded if isinstance(item, Mapping))
    return [crd for crd in crds if crd.get("kind") == "CustomResourceDefinition" and _identity(crd)[0]]


def _identity(crd: Node) -> tuple[str, str]:
    spec = child(crd, "spec")
    return str(spec.get("group", "")), str(child(spec, "names").get("kind", ""))


def document(crd: Node, group: Group, kind: Kind) -> Document:
    """Make the document of a kind from its CRD, without prose and pruned as the table says.

    Raises:
        PlatformError: the CRD does not have the table's version, or not the properties the table keeps.

    """
    spec = child(crd, "spec")
    versions = cast("list[Node]", spec.get("versions", []))
    schemas = {str(version["name"]): child(version, "schema", "openAPIV3Schema") for version in versions}
    if kind.version not in schemas:
        fail(
            f"the CRD of {kind.name} in {group.name}",
            found=f"versions {', '.join(sorted(schemas))}",
            expected=kind.version,
            hint="correct the version in kinds.py",
        )
    return Document(
        group=group.name,
        version=kind.version,
        kind=kind.name,
        plural=str(child(spec, "names")["plural"]),
        scope=str(spec["scope"]),
        schema=pruned(_whole(schemas[kind.version]), kind.keep, f"{group.name} {kind.name}"),
    )


def _whole(schema: Node) -> dict[str, object]:
    """Copy a CRD's schema without prose, with the properties that every object has, said or not."""
    properties = without_prose(child(schema, "properties"))
    string = {"type": "string"}
    common = {"apiVersion": string, "kind": string, "metadata": {"type": "object"}}
    return without_prose(schema) | {"properties": common | properties}


def documents(folder: Path, groups: Iterable[Group]) -> dict[str, list[Document]]:
    """Make the documents of every kind from the CRDs below `folder`, by the name of their group.

    Raises:
        PlatformError: a CRD is missing, there twice, or not as the table expects.

    """
    groups = tuple(groups)
    crds = find(folder, groups)
    if missing := [(g, k) for g in groups for k in g.kinds if (g.name, k.name) not in crds]:
        fail(
            str(folder),
            found="no CRD of " + ", ".join(f"{kind.name} in {group.name}" for group, kind in missing),
            expected="a *.yaml with each kind's CustomResourceDefinition",
            hint="name a folder that holds the charts' CRDs",
        )
    return {
        group.name: [document(crds[group.name, kind.name], group, kind) for kind in group.kinds]
        for group in groups
    }


def import_file(documents: Iterable[Document]) -> str:
    """Compose the YAML that `cdk8s import` reads: every document's CRD, one version each, one file a group.

    Of two files of one group, the import of the second would overwrite the first.
    """
    return yaml.safe_dump_all(
        [
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": f"{item.plural}.{item.group}"},
                "spec": {
                    "group": item.group,
                    "names": {"kind": item.kind, "plural": item.plural},
                    "scope": item.scope,
                    "versions": [
                        {
                            "name": item.version,
                            "served": True,
                            "storage": True,
                            "schema": {"openAPIV3Schema": item.schema},
                        }
                    ],
                },
            }
            for item in documents
        ],
        sort_keys=True,
    )
