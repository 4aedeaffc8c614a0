"""Signatures: images that their publishers sign, without a key, in the transparency log Rekor.

What is not here is not signed this way: images of cert-manager, Istio and sealed-secrets are signed with keys,
those of Kong in another way, and the others not at all.
"""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.kyverno import ImageVerification, Publisher

_GITHUB = "https://token.actions.githubusercontent.com"

PUBLISHERS = (
    Publisher(
        # https://argo-cd.readthedocs.io/en/release-3.3/operator-manual/signed-release-assets/
        name="argocd",
        images=("quay.io/argoproj/argocd*",),
        issuer=_GITHUB,
        subject_pattern=r"^https://github\.com/argoproj/argo-cd/\.github/workflows/image-reuse\.yaml@refs/tags/v.+$",
    ),
    Publisher(
        # https://docs.cilium.io/en/stable/configuration/verify-image-signatures/
        name="cilium",
        images=("quay.io/cilium/*",),
        issuer=_GITHUB,
        subject_pattern=(
            r"^https://github\.com/cilium/cilium/\.github/workflows/build-images-releases\.yaml@refs/tags/v.+$"
        ),
    ),
    Publisher(
        # https://github.com/falcosecurity/falco/blob/master/.github/workflows/reusable_publish_docker.yaml, which
        # release.yaml calls for each release; a called workflow is the identity.
        name="falco",
        images=("docker.io/falcosecurity/falco*",),
        issuer=_GITHUB,
        subject_pattern=(
            r"^https://github\.com/falcosecurity/falco/\.github/workflows/reusable_publish_docker\.yaml"
            r"@refs/tags/[0-9].+$"
        ),
    ),
    Publisher(
        # https://kubernetes.io/docs/tasks/administer-cluster/verify-signed-artifacts/: the image promoter signs
        # what it brings to registry.k8s.io. Listed one by one: what came before it is not signed.
        name="kubernetes",
        images=("registry.k8s.io/external-dns/*", "registry.k8s.io/kube-state-metrics/*"),
        issuer="https://accounts.google.com",
        subject="krel-trust@k8s-releng-prod.iam.gserviceaccount.com",
    ),
    Publisher(
        # https://github.com/kyverno/kyverno/blob/main/.github/workflows/release.yaml
        name="kyverno",
        images=("ghcr.io/kyverno/*", "reg.kyverno.io/kyverno/*"),
        issuer=_GITHUB,
        subject_pattern=r"^https://github\.com/kyverno/kyverno/\.github/workflows/release\.yaml@refs/tags/v.+$",
        signatures="ghcr.io/kyverno/signatures",
    ),
)
"""Who signs, sorted by name."""


def verified(publisher: Publisher) -> Policy:
    """Return the policy that images of a publisher carry its signature."""
    return Policy(
        name=f"verify-{publisher.name}-images",
        severity="high",
        protects_from=f"An image that calls itself {publisher.name}'s and was made by somebody else.",
        asks=f"Each image that matches {', '.join(publisher.images)} is signed by its publisher.",
        hint=(
            "Use an image of a release. Namespaces that no webhook sees, the engines' own among them, are judged "
            "only where somebody runs `kyverno apply` or `cosign verify` on their manifests."
        ),
        judges=tuple(
            f"Pod spec.{kind}.image (signature of {publisher.name})"
            for kind in ("containers", "initContainers", "ephemeralContainers")
        ),
        rule=ImageVerification(publisher=publisher),
        engine="kyverno",
        # Not refused: a registry or Rekor that does not answer would stop pods.
        tenants=Action.AUDIT,
        platform=Action.AUDIT,
    )


SIGNATURES = tuple(map(verified, PUBLISHERS))
"""One policy a publisher."""
