"""ConstraintTemplates: a question in CEL or Rego, as Gatekeeper reads it.

What is the same for every question is written here once: an object that is excepted passes, and whoever is
refused gets the policy's hint.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from platform_stack.integrations.argo_cd.sync import OPTIONS_ANNOTATION
from platform_stack.labels import POLICIES
from platform_stack_imports import gatekeeper_templates as api
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from platform_stack.integrations.gatekeeper.rules import Constraint

_TARGET = "admission.k8s.gatekeeper.sh"

_SUBJECT = (
    'object.kind + " " + '
    '(object.metadata.?namespace.orValue("") == "" ? "" : object.metadata.namespace + "/") + '
    'object.metadata.?name.orValue("")'
)

_REGO = """\
package {name}

reviewed := input.review.object

violation contains {{"msg": sprintf("%s %s", [message, input.parameters.hint])}} if {{
    some message in refused
    not excepted
}}

excepted if {{
    place := concat("/", [part |
        some part in [object.get(reviewed.metadata, "namespace", ""), object.get(reviewed.metadata, "name", "")]
        part != ""
    ])
    sprintf("%s %s", [reviewed.kind, place]) in input.parameters.exceptions
}}

{rules}
"""


def constraint_template(rule: Constraint, policies: Iterable[str]) -> api.ConstraintTemplate:
    """Return the template of a constraint; what the API server would default is written out.

    Args:
        rule: the question.
        policies: names of the policies that ask it.

    """
    return api.ConstraintTemplate(
        metadata=ObjectMeta(
            name=rule.kind.lower(),
            annotations={
                POLICIES: ", ".join(policies),
                # The kind of the constraints goes with the template, so they must be gone before.
                OPTIONS_ANNOTATION: "PruneLast=true",
                **_needs(rule.compares_with),
            },
        ),
        spec=api.ConstraintTemplateSpec(
            crd=api.ConstraintTemplateSpecCrd(
                spec=api.ConstraintTemplateSpecCrdSpec(
                    names=api.ConstraintTemplateSpecCrdSpecNames(kind=rule.kind),
                    validation=api.ConstraintTemplateSpecCrdSpecValidation(
                        legacy_schema=False, open_apiv3_schema=parameter_schema(rule)
                    ),
                )
            ),
            targets=[
                api.ConstraintTemplateSpecTargets(
                    target=_TARGET,
                    code=[
                        api.ConstraintTemplateSpecTargetsCode(engine="Rego", source=_rego(rule))
                        if rule.rego
                        else api.ConstraintTemplateSpecTargetsCode(
                            engine="K8sNativeValidation", source=_cel(rule)
                        )
                    ],
                )
            ],
        ),
    )


def parameter_schema(rule: Constraint) -> dict[str, Any]:
    """Return the OpenAPI schema of a constraint's parameters, with those that every template has."""
    properties = {
        **rule.schema,
        "exceptions": {"type": "array", "items": {"type": "string"}},
        "hint": {"type": "string"},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def group_version_kind(compared: str) -> dict[str, str]:
    """Return the parts of "group/version/Kind", or of "version/Kind" in the core group."""
    *group, version, kind = compared.split("/")
    return {"group": "".join(group), "version": version, "kind": kind}


def _needs(compared: Iterable[str]) -> Mapping[str, str]:
    """Return the annotation that says which kinds must be synced: `gator sync test` reads it."""
    if not compared:
        return {}
    parts = [group_version_kind(one) for one in compared]
    needs = [[{f"{key}s": [value] for key, value in part.items()}] for part in parts]
    return {"metadata.gatekeeper.sh/requires-sync-data": json.dumps(needs)}


def _cel(rule: Constraint) -> dict[str, object]:
    variables = {"excepted": f"({_SUBJECT}) in variables.params.exceptions", **rule.variables}
    return {
        # An expression that fails, or does not even compile, refuses: anything else would hide it.
        "failurePolicy": "Fail",
        # The webhook and the audit ask; no ValidatingAdmissionPolicy beside them.
        "generateVAP": False,
        "variables": [{"name": name, "expression": expression} for name, expression in variables.items()],
        "validations": [
            {
                "expression": f"variables.excepted || ({expression})",
                "messageExpression": f'({message}) + " " + variables.params.hint',
            }
            for expression, message in rule.cel
        ],
    }


def _rego(rule: Constraint) -> dict[str, object]:
    return {"version": "v1", "rego": _REGO.format(name=rule.kind.lower(), rules=rule.rego.strip())}
