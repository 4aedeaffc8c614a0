"""Schemas are found, stripped and pruned as the table says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from platform_stack.bindings import crds, openapi
from platform_stack.bindings.documents import Node, pruned, without_prose
from platform_stack.bindings.kinds import CORE_KINDS, CoreKind, Group, Kind
from platform_stack.errors import PlatformError
from platform_stack.integrations.custom_kinds import GROUPS

if TYPE_CHECKING:
    from pathlib import Path

GROUP = Group("example.org", "example", (Kind("Widget", "v1"),))
SPEC = {"type": "object", "properties": {"size": {"type": "integer", "description": "How big."}}}


def crd(kind: str = "Widget", group: str = "example.org", versions: tuple[str, ...] = ("v1",)) -> str:
    schema = {"type": "object", "description": "A thing.", "properties": {"spec": SPEC}}
    return yaml.safe_dump(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "spec": {
                "group": group,
                "scope": "Cluster",
                "names": {"kind": kind, "plural": f"{kind.lower()}s"},
                "versions": [{"name": name, "schema": {"openAPIV3Schema": schema}} for name in versions],
            },
        }
    )


def test_prose_goes_and_what_is_called_like_it_stays() -> None:
    schema = {
        "title": "prose",
        "description": "prose",
        "properties": {"description": {"type": "string", "description": "prose", "example": "prose"}},
        "default": {"description": "data"},
        "anyOf": [{"description": "prose", "required": ["description"]}],
        "x-kubernetes-validations": [
            {"rule": "self > 0", "message": "prose", "messageExpression": "'prose'"}
        ],
    }
    assert without_prose(schema) == {
        "properties": {"description": {"type": "string"}},
        "default": {"description": "data"},
        "anyOf": [{"required": ["description"]}],
        "x-kubernetes-validations": [{"rule": "self > 0"}],
    }


def test_pruning_keeps_the_named_properties_and_leaves_the_input() -> None:
    item = {"type": "object", "required": ["a", "b"], "properties": {"a": {}, "b": {}, "c": {}}}
    schema = {"properties": {"list": {"items": item}, "other": {}}}
    assert pruned(schema, {"list[]": ("a", "c")}, "Widget") == {
        "properties": {
            "list": {"items": {"type": "object", "required": ["a"], "properties": {"a": {}, "c": {}}}},
            "other": {},
        }
    }
    assert item["required"] == ["a", "b"]


@pytest.mark.parametrize("keep", [{"list[]": ("d",)}, {"lost": ("a",)}])
def test_pruning_to_what_is_not_there_is_an_error(keep: dict[str, tuple[str, ...]]) -> None:
    schema: Node = {"properties": {"list": {"items": {"properties": {"a": {}}}}}}
    with pytest.raises(PlatformError, match="the upstream schema changed"):
        pruned(schema, keep, "Widget")


def test_custom_resource_is_found_below_the_folder(tmp_path: Path) -> None:
    deep = tmp_path / "chart" / "crds"
    deep.mkdir(parents=True)
    (deep / "all.yaml").write_text(f"{crd('Gadget')}---\n{crd()}", encoding="utf-8")
    (deep / "copy.yaml").write_text(crd(), encoding="utf-8")
    (deep / "template.yaml").write_text("{{ if }} CustomResourceDefinition example.org\n", encoding="utf-8")
    (document,) = crds.documents(tmp_path, [GROUP])["example.org"]
    assert (document.plural, document.scope, document.file_name) == (
        "widgets",
        "Cluster",
        "example.org.Widget.json",
    )
    string = {"type": "string"}
    assert document.schema == {
        "type": "object",
        "properties": {
            "apiVersion": string,
            "kind": string,
            "metadata": {"type": "object"},
            "spec": {"type": "object", "properties": {"size": {"type": "integer"}}},
        },
    }


def test_missing_custom_resource_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(crd(group="example.com"), encoding="utf-8")
    with pytest.raises(PlatformError, match=r"no CRD of Widget in example\.org"):
        crds.documents(tmp_path, [GROUP])


def test_missing_version_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "crd.yaml").write_text(crd(versions=("v1beta1", "v1alpha1")), encoding="utf-8")
    with pytest.raises(PlatformError, match="versions v1alpha1, v1beta1"):
        crds.documents(tmp_path, [GROUP])


def test_two_different_definitions_of_a_kind_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(crd(), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(crd(versions=("v1", "v2")), encoding="utf-8")
    with pytest.raises(PlatformError, match="a second, different CRD of Widget"):
        crds.documents(tmp_path, [GROUP])


def test_import_file_holds_every_kind_of_a_group_once(tmp_path: Path) -> None:
    (tmp_path / "crd.yaml").write_text(f"{crd(versions=('v1', 'v2'))}---\n{crd('Gadget')}", encoding="utf-8")
    group = Group("example.org", "example", (Kind("Gadget", "v1"), Kind("Widget", "v2")))
    written = list(yaml.safe_load_all(crds.import_file(crds.documents(tmp_path, [group])["example.org"])))
    assert [item["metadata"]["name"] for item in written] == ["gadgets.example.org", "widgets.example.org"]
    assert [[version["name"] for version in item["spec"]["versions"]] for item in written] == [["v1"], ["v2"]]


def test_document_is_written_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "crd.yaml").write_text(crd(), encoding="utf-8")
    (document,) = crds.documents(tmp_path, [GROUP])["example.org"]
    document.write(tmp_path)
    first = (tmp_path / document.file_name).read_bytes()
    document.write(tmp_path)
    assert (tmp_path / document.file_name).read_bytes() == first
    assert json.loads(first)["schema"] == document.schema


def swagger(folder: Path) -> Path:
    gvk = {"group": "", "version": "v1", "kind": "Widget"}
    meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
    quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity"
    content = {
        "definitions": {
            meta: {"type": "object", "properties": {"name": {"type": "string"}}},
            quantity: {"type": "string", "description": "An amount."},
            "core.Free": {"type": "object"},
            "core.Unused": {"type": "string"},
            "core.Widget": {
                "type": "object",
                "x-kubernetes-group-version-kind": [gvk],
                "properties": {
                    "metadata": {"$ref": f"#/definitions/{meta}"},
                    "free": {"$ref": "#/definitions/core.Free"},
                    "sizes": {"type": "array", "items": {"$ref": f"#/definitions/{quantity}"}},
                },
            },
        },
        "paths": {
            "/api/v1/widgets": {"get": {"x-kubernetes-group-version-kind": gvk}},
            "/api/v1/namespaces/{namespace}/widgets": {"post": {"x-kubernetes-group-version-kind": gvk}},
            "/api/v1/namespaces/{namespace}/widgets/{name}/scale": {
                "post": {"x-kubernetes-group-version-kind": gvk}
            },
        },
    }
    path = folder / "swagger.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_core_kind_comes_with_the_definitions_it_needs(tmp_path: Path) -> None:
    meta, widget = openapi.documents(swagger(tmp_path), [CoreKind("", "v1", "Widget")])
    assert meta.file_name == "core.ObjectMeta.json"
    assert (widget.file_name, widget.plural, widget.scope) == ("core.Widget.json", "widgets", "Namespaced")
    assert widget.schema["definitions"] == {
        "core.Free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "io.k8s.apimachinery.pkg.api.resource.Quantity": {"anyOf": [{"type": "number"}, {"type": "string"}]},
        "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
            "type": "object",
            "properties": {"name": {"type": "string"}},
        },
    }


def test_core_kind_that_the_file_lacks_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="no Gadget v1 in apps"):
        openapi.documents(swagger(tmp_path), [CoreKind("apps", "v1", "Gadget")])


def test_table_names_each_module_group_and_kind_once() -> None:
    groups = [group.name for group in GROUPS]
    assert groups == sorted(set(groups))
    assert len({group.module for group in GROUPS}) == len(GROUPS)
    for group in GROUPS:
        names = [kind.name for kind in group.kinds]
        assert names == sorted(set(names))
    core = [(kind.group, kind.version, kind.name) for kind in CORE_KINDS]
    assert core == sorted(set(core))
