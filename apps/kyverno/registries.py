"""Whom Kyverno asks for signatures: registries, and the log of signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.kyverno import ImageVerification

if TYPE_CHECKING:
    from platform_stack import Context

_SIGSTORE = ("rekor.sigstore.dev", "tuf-repo-cdn.sigstore.dev")
"""The log of signatures, and the root of trust; Fulcio is only for who signs."""

REGISTRY_HOSTS = {
    "docker.io": (
        "auth.docker.io",
        "index.docker.io",
        "production.cloudflare.docker.com",
        "production.cloudfront.docker.com",
        "registry-1.docker.io",
        "docker-images-prod.*.r2.cloudflarestorage.com",
    ),
    "ghcr.io": ("ghcr.io", "pkg-containers.githubusercontent.com"),
    "quay.io": ("quay.io", "*.quay.io"),
    "reg.kyverno.io": ("reg.kyverno.io", "ghcr.io", "pkg-containers.githubusercontent.com"),
    "registry.k8s.io": (
        "registry.k8s.io",
        "*-docker.pkg.dev",
        "prod-registry-k8s-io-*.s3.dualstack.*.amazonaws.com",
        "767373bbdcb8270361b96548387bf2a9ad0d48758c35-eu-west-2.s3.dualstack.eu-west-2.amazonaws.com",
    ),
}
"""For a registry the hosts that a client is sent to: for its token, and for what lies elsewhere.

Sources: https://docs.docker.com/desktop/setup/allow-list/, https://access.redhat.com/articles/7001746 (Quay), and
https://github.com/kubernetes/registry.k8s.io/blob/main/cmd/archeio/internal/app/buckets.go.
"""


def signed_at(context: Context) -> tuple[str, ...]:
    """Return the hosts that hold the images, and signatures, that policies verify; sorted."""
    rules = (policy.rule for policy in context.platform.policies)
    publishers = [rule.publisher for rule in rules if isinstance(rule, ImageVerification)]
    registries = {
        name.partition("/")[0] for who in publishers for name in (*who.images, who.signatures) if name
    }
    hosts = {host for registry in registries for host in REGISTRY_HOSTS.get(registry, (registry,))}
    return (*_SIGSTORE, *sorted(hosts)) if publishers else ()
