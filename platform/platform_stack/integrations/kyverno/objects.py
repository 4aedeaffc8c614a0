"""Kyverno's kinds, each from its kind of rule.

Fields that the API server would fill in are written out, or Argo CD would see a difference for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_stack.admission.description import description
from platform_stack.integrations.kyverno.cel import literal
from platform_stack.integrations.kyverno.rules import (
    Generation,
    ImageVerification,
    Match,
    Mutation,
    Validation,
)
from platform_stack.labels import TIER
from platform_stack.model import Action
from platform_stack.yaml_output import HEADER, to_yaml
from platform_stack_imports import k8s, kyverno

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platform_stack.integrations.kyverno.rules import KyvernoRule
    from platform_stack.labels import Tier
    from platform_stack.model import Policy
    from platform_stack.typed import ApiObject

_CONTROLLERS = ["cronjobs", "daemonsets", "deployments", "jobs", "statefulsets"]
"""What makes pods and is written by people; a Deployment's ReplicaSets are not asked once more."""

EPHEMERAL = "pods/ephemeralcontainers"
"""The subresource that `kubectl debug` writes."""

_SIGNATURE_TIMEOUT = 15
"""Seconds that a registry and Rekor have, together, to answer for the images of one pod."""

_REKOR = "https://rekor.sigstore.dev"

_ON = kyverno.MutatingPolicySpecEvaluationAdmission(enabled=True)
_OFF = kyverno.MutatingPolicySpecEvaluationAdmission(enabled=False)


@dataclass(frozen=True)
class Part:
    """What becomes one object: a policy in the namespaces of one tier, or everywhere.

    Attributes:
        policy: the policy.
        tier: where it applies; None: everywhere.
        action: what it does there.
        ephemeral: whether it looks at the containers that `kubectl debug` adds, and at nothing else.

    """

    policy: Policy
    tier: Tier | None
    action: Action
    ephemeral: bool = False

    @property
    def name(self) -> str:
        """The object's name: the policy's own for the first of its objects."""
        second = "-platform" if self.tier == "platform" and self.policy.tenants is not None else ""
        return self.policy.name + second + ("-ephemeral" if self.ephemeral else "")

    @property
    def metadata(self) -> k8s.ObjectMeta:
        """Its metadata: what a reader, and a policy report, should know."""
        return k8s.ObjectMeta(
            name=self.name,
            annotations={
                **description(self.policy),
                "policies.kyverno.io/severity": self.policy.severity,  # Kyverno copies it into its reports
            },
        )


def made(part: Part, rule: KyvernoRule) -> ApiObject:
    """Return the object that a rule becomes in one part of its policy."""
    match rule:
        case Validation():
            return _validation(part, rule)
        case Mutation():
            return _mutation(part, rule)
        case Generation():
            return _generation(part, rule)
        case ImageVerification():
            return _image_verification(part, rule)


def _validation(part: Part, rule: Validation) -> kyverno.ValidatingPolicy:
    resources = [name for name in rule.match.resources if (name == EPHEMERAL) == part.ephemeral]
    return kyverno.ValidatingPolicy(
        metadata=part.metadata,
        spec=kyverno.ValidatingPolicySpec(
            **_decision(part),
            evaluation=kyverno.ValidatingPolicySpecEvaluation(admission=_ON, background=_scan(resources)),
            autogen=kyverno.ValidatingPolicySpecAutogen(
                pod_controllers=kyverno.MutatingPolicySpecAutogenPodControllers(controllers=_CONTROLLERS)
            )
            if resources == ["pods"]
            else None,
            **_match(part, rule.match, resources),
            variables=_named(rule.variables),
            validations=[
                kyverno.ValidatingPolicySpecValidations(
                    expression=check.expression,
                    message=f"{check.message}. {part.policy.hint}",
                    message_expression=(
                        f"{literal(check.message + ': ')} + {check.offenders}.join(', ')"
                        f" + {literal('. ' + part.policy.hint)}"
                    )
                    if check.offenders
                    else None,
                )
                for check in rule.checks
            ],
        ),
    )


def _mutation(part: Part, rule: Mutation) -> kyverno.MutatingPolicy:
    return kyverno.MutatingPolicy(
        metadata=part.metadata,
        spec=kyverno.MutatingPolicySpec(
            failure_policy="Fail",
            reinvocation_policy="IfNeeded",
            evaluation=kyverno.MutatingPolicySpecEvaluation(
                admission=_ON,
                background=_scan(rule.match.resources),
                mutate_existing=_OFF,
                skip_background_requests=True,
            ),
            **_match(part, rule.match, rule.match.resources),
            variables=_named(rule.variables),
            mutations=[
                kyverno.MutatingPolicySpecMutations(
                    patch_type="ApplyConfiguration",
                    apply_configuration=kyverno.MutatingPolicySpecMutationsJsonPatch(
                        expression=rule.expression
                    ),
                )
            ],
        ),
    )


def _generation(part: Part, rule: Generation) -> kyverno.GeneratingPolicy:
    return kyverno.GeneratingPolicy(
        metadata=part.metadata,
        spec=kyverno.GeneratingPolicySpec(
            evaluation=kyverno.GeneratingPolicySpecEvaluation(
                admission=_ON,
                generate_existing=_ON,
                synchronize=_ON,
                # A policy that is renamed or removed by mistake must not open every tenant's network.
                orphan_downstream_on_policy_delete=_ON,
                skip_background_requests=True,
            ),
            **_match(part, rule.match, rule.match.resources),
            variables=_named(rule.variables),
            generate=[
                kyverno.GeneratingPolicySpecGenerate(
                    template=kyverno.GeneratingPolicySpecGenerateTemplate(
                        value=to_yaml(template).decode().removeprefix(HEADER), interpolate="cel"
                    )
                )
                for template in rule.templates
            ],
        ),
    )


def _image_verification(part: Part, rule: ImageVerification) -> kyverno.ImageValidatingPolicy:
    who = rule.publisher
    kinds = ("containers", "initContainers", "ephemeralContainers")
    return kyverno.ImageValidatingPolicy(
        metadata=part.metadata,
        spec=kyverno.ImageValidatingPolicySpec(
            **_decision(part),
            webhook_configuration=kyverno.MutatingPolicySpecWebhookConfiguration(
                timeout_seconds=_SIGNATURE_TIMEOUT
            ),
            # In the background it would be traffic to registries every few hours, for images that run already.
            evaluation=kyverno.ValidatingPolicySpecEvaluation(admission=_ON, background=_OFF),
            autogen=kyverno.ImageValidatingPolicySpecAutogen(
                pod_controllers=kyverno.MutatingPolicySpecAutogenPodControllers(controllers=_CONTROLLERS)
            ),
            **_match(part, Match(), ["pods"]),
            match_image_references=[
                kyverno.ImageValidatingPolicySpecMatchImageReferences(glob=pattern) for pattern in who.images
            ],
            # A digest written into a Deployment would be a difference to git for ever.
            validation_configurations=kyverno.ImageValidatingPolicySpecValidationConfigurations(
                mutate_digest=False, verify_digest=False, required=True
            ),
            attestors=[
                kyverno.ImageValidatingPolicySpecAttestors(
                    name=who.name,
                    cosign=kyverno.ImageValidatingPolicySpecAttestorsCosign(
                        keyless=kyverno.ImageValidatingPolicySpecAttestorsCosignKeyless(
                            identities=[
                                kyverno.ImageValidatingPolicySpecAttestorsCosignKeylessIdentities(
                                    issuer=who.issuer,
                                    subject=who.subject or None,
                                    subject_reg_exp=who.subject_pattern or None,
                                )
                            ]
                        ),
                        ctlog=kyverno.ImageValidatingPolicySpecAttestorsCosignCtlog(url=_REKOR),
                        source=kyverno.ImageValidatingPolicySpecAttestorsCosignSource(
                            repository=who.signatures
                        )
                        if who.signatures
                        else None,
                    ),
                )
            ],
            validations=[
                kyverno.ValidatingPolicySpecValidations(
                    expression=" && ".join(
                        f"images.{kind}.all(i, verifyImageSignatures(i, [attestors.{who.name}]) > 0)"
                        for kind in kinds
                    ),
                    message=f"an image is not signed by {who.name}. {part.policy.hint}",
                )
            ],
        ),
    )


def _decision(part: Part) -> dict[str, Any]:
    """Return what happens when it is broken, and when Kyverno cannot be asked."""
    denies = part.action is Action.DENY
    return {
        "validation_actions": ["Deny" if denies else "Audit"],
        "failure_policy": "Fail" if denies else "Ignore",
    }


def _match(part: Part, match: Match, resources: Sequence[str]) -> dict[str, Any]:
    """Return the requests that an object of a policy looks at.

    The namespaces of a tier are selected by their label; a Namespace itself by a condition, as it is not in
    a namespace.
    """
    conditions = dict(match.conditions)
    selector = None
    if part.tier and list(resources) == ["namespaces"]:
        conditions = {
            f"{part.tier}-namespaces": f"object.metadata.?labels[?'{TIER}'].orValue('') == '{part.tier}'",
            **conditions,
        }
    elif part.tier:
        selector = kyverno.MutatingPolicySpecMatchConstraintsObjectSelector(match_labels={TIER: part.tier})
    return {
        "match_constraints": kyverno.MutatingPolicySpecMatchConstraints(
            namespace_selector=selector,
            resource_rules=[
                kyverno.MutatingPolicySpecMatchConstraintsResourceRules(
                    api_groups=[group],
                    api_versions=[version],
                    operations=["UPDATE"] if part.ephemeral else list(match.operations),
                    resources=[name],
                )
                for group, version, name in map(_resource, resources)
            ],
        ),
        "match_conditions": _named(conditions),
    }


def _resource(text: str) -> tuple[str, str, str]:
    """Return group, version and plural name of `pods`, `pods/status` or `apps/v1/deployments`."""
    parts = text.split("/", 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "v1", text)  # noqa: PLR2004


def _scan(resources: Sequence[str]) -> kyverno.MutatingPolicySpecEvaluationAdmission:
    """Return whether what exists is looked at: not where one of the resources is a subresource.

    Nothing can list one, so there is nothing to scan; with the scan on, Kyverno asks whether its reports
    controller may list it, and the policy is never `ready` (kyverno 1.19, pkg/controllers/policystatus).
    """
    return _OFF if any("/" in name for _, _, name in map(_resource, resources)) else _ON


def _named(expressions: Mapping[str, str]) -> list[kyverno.MutatingPolicySpecVariables] | None:
    return [
        kyverno.MutatingPolicySpecVariables(name=name, expression=expression)
        for name, expression in expressions.items()
    ] or None
