"""Hosts of registries, and hosts that are near them and none."""

from __future__ import annotations

BLOBS = {
    "docker.io": (
        "registry-1.docker.io",
        "auth.docker.io",
        "production.cloudflare.docker.com",
        "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
    ),
    "ghcr.io": ("ghcr.io", "pkg-containers.githubusercontent.com"),
    "quay.io": ("quay.io", "cdn.quay.io", "cdn03.quay.io"),
    "reg.kyverno.io": ("reg.kyverno.io", "ghcr.io"),
    "registry.k8s.io": (
        "registry.k8s.io",
        "europe-west3-docker.pkg.dev",
        "us-central1-docker.pkg.dev",
        "prod-registry-k8s-io-eu-central-1.s3.dualstack.eu-central-1.amazonaws.com",
        "767373bbdcb8270361b96548387bf2a9ad0d48758c35-eu-west-2.s3.dualstack.eu-west-2.amazonaws.com",
    ),
}
"""Hosts that each registry is known to send clients to, as they are, not as patterns.

Sources: apps/kyverno/registries.py.
"""


NOT_A_REGISTRY = (
    "example.r2.cloudflarestorage.com",
    "else.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
    "bucket.s3.dualstack.eu-central-1.amazonaws.com",
    "storage.pkg.dev",
    "docker.io",
)
