from __future__ import annotations

import json
import re
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from platform_stack import schemas
from platform_stack.schemas import _PYTHON_PATTERNS

if TYPE_CHECKING:
    from collections.abc import Iterator


def namespace(**fields: object) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}} | fields


def application(**spec: object) -> dict[str, object]:
    whole = {"project": "default", "destination": {"name": "in-cluster"}} | spec
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "root", "namespace": "argocd"},
        "spec": whole,
    }


def test_valid_manifests_have_no_messages() -> None:
    assert schemas.validate(namespace()) == []
    assert schemas.validate(application()) == []


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (namespace(spec={"finalizer": []}), "$.spec.finalizer: unknown field; did you mean 'finalizers'?"),
        (namespace(metdata={}), "$.metdata: unknown field; did you mean 'metadata'?"),
        (
            namespace(metadata={"name": "a", "labels": {"a": 1}}),
            "$.metadata.labels.a: found 1 (int); expected string",
        ),
        (namespace(metadata={}), "$.metadata.name: missing; every object needs a name"),
        (application(project=1), "$.spec.project: found 1 (int); expected string"),
        (application(project=None), "$.spec.project: found null (NoneType); expected string"),
        (
            application(sources=[{"repoURL": "x", "helm": {"releasename": "y"}}]),
            "$.spec.sources[0].helm.releasename: unknown field; did you mean 'releaseName'?",
        ),
        (application(sources=[{}]), "$.spec.sources[0].repoURL: missing; the field is required"),
    ],
)
def test_what_is_wrong_is_said_with_its_path(manifest: dict[str, object], message: str) -> None:
    found = schemas.validate(manifest)
    assert len(found) == 1
    assert found[0].endswith(f": {message}")


def test_message_names_the_object() -> None:
    assert schemas.validate(application(project=1))[0].startswith(
        "argoproj.io/v1alpha1 Application argocd/root: $."
    )


def test_metadata_of_a_custom_resource_is_checked_too() -> None:
    manifest = application() | {"metadata": {"name": "root", "lables": {}}}
    assert schemas.validate(manifest) == [
        "argoproj.io/v1alpha1 Application root: $.metadata.lables: unknown field; did you mean 'labels'?"
    ]


def test_every_missing_field_is_reported_once() -> None:
    manifest = application()
    manifest["spec"] = {}
    paths = [message.split(": ")[1] for message in schemas.validate(manifest)]
    assert paths == ["$.spec.destination", "$.spec.project"]


def test_free_form_objects_take_any_field() -> None:
    helm = {"valuesObject": {"anything": {"at": ["all", None]}}}
    assert schemas.validate(application(source={"repoURL": "x", "helm": helm})) == []


def test_int_or_string_takes_both_and_no_float() -> None:
    def policy(port: object) -> dict[str, object]:
        ports = [{"port": port}]
        return {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "a", "namespace": "b"},
            "spec": {"podSelector": {}, "ingress": [{"ports": ports}]},
        }

    assert schemas.validate(policy(80)) == []
    assert schemas.validate(policy("http")) == []
    assert schemas.validate(policy(80.5)) == [
        (
            "networking.k8s.io/v1 NetworkPolicy b/a: $.spec.ingress[0].ports[0].port: "
            "found 80.5 (float); expected integer or string"
        )
    ]


def test_whole_float_is_no_integer() -> None:
    manifest = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "a"},
        "value": 1.0,
    }
    assert schemas.validate(manifest) == [
        "scheduling.k8s.io/v1 PriorityClass a: $.value: found 1.0 (float); expected integer"
    ]


def test_null_in_a_core_kind_is_an_absent_field() -> None:
    assert schemas.validate(namespace(metadata={"name": "a", "annotations": None}, spec=None)) == []


def test_field_outside_an_enum_is_told_the_values() -> None:
    manifest = application()
    manifest |= {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication"}
    manifest["spec"] = {"mtls": {"mode": "strict"}}
    assert schemas.validate(manifest) == [
        (
            "security.istio.io/v1 PeerAuthentication argocd/root: $.spec.mtls.mode: "
            'found "strict" (str); expected one of UNSET, DISABLE, PERMISSIVE, STRICT'
        )
    ]


def test_kind_without_schema_names_the_entry_to_add() -> None:
    manifest = {"apiVersion": "example.org/v1", "kind": "Widget"}
    assert schemas.validate(manifest) == [
        (
            "example.org/v1 Widget: no schema; add Kind('Widget', …) in the group 'example.org' "
            "to platform_stack/integrations/custom_kinds.py and run `make imports`"
        )
    ]


def test_other_version_of_a_known_kind_is_refused() -> None:
    manifest = application() | {"apiVersion": "argoproj.io/v1"}
    assert schemas.validate(manifest) == [
        "argoproj.io/v1 Application: no schema of this version; there is one of argoproj.io/v1alpha1"
    ]


def test_manifest_without_kind_is_refused() -> None:
    assert schemas.validate({"apiVersion": "v1"}) == [
        "$: found apiVersion 'v1' and kind None; expected both as text"
    ]


def test_find_gives_plural_and_scope() -> None:
    found = schemas.find("networking.k8s.io", "NetworkPolicy")
    assert found is not None
    assert (found.plural, found.scope, found.api_version) == (
        "networkpolicies",
        "Namespaced",
        "networking.k8s.io/v1",
    )
    assert schemas.find("", "ObjectMeta") is None
    assert schemas.find("", "Widget") is None


def test_every_pattern_is_one_that_python_takes() -> None:
    patterns = set(_patterns())
    assert _PYTHON_PATTERNS.keys() <= patterns
    for pattern in patterns:
        assert re.compile(_PYTHON_PATTERNS.get(pattern, pattern))


def test_long_name_that_does_not_match_is_refused_at_once() -> None:
    name = "a" * 200 + "/"
    manifest = {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumNetworkPolicy",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"endpointSelector": {}, "egress": [{"toFQDNs": [{"matchName": name}]}]},
    }
    found = schemas.validate(manifest)
    assert len(found) == 1
    assert "$.spec.egress[0].toFQDNs[0].matchName: found" in found[0]


def _patterns() -> Iterator[str]:
    def walk(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("pattern"), str):
                yield value["pattern"]
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                yield from walk(item)

    for entry in resources.files("platform_stack_imports").joinpath("schemas").iterdir():
        yield from walk(json.loads(entry.read_text(encoding="utf-8")))
