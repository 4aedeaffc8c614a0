"""What of the foreign platforms is theirs alone, as it is written, word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.library.foreign.made import NAMES, made

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

SHOWN = {
    "calico": (
        "README.md",
        "apps/external-secrets/manifests/NetworkPolicy.egress-external-secrets-to-hosts-secretmanager-googleapis-com.yaml",
        "apps/external-secrets/manifests/NetworkPolicy.ingress-external-secrets-webhook-from-api-server.yaml",
        "apps/ingress-nginx/manifests/NetworkPolicy.ingress-ingress-nginx-controller-from-world.yaml",
        "apps/shop/manifests/Ingress.shop.yaml",
        "apps/shop/manifests/NetworkPolicy.egress-shop-to-api-server.yaml",
        "apps/shop/manifests/NetworkPolicy.egress-shop-to-hosts-api-payments-example.yaml",
        "bootstrap/cluster.env",
        "bootstrap/kind.yaml",
    ),
    "envoy": (
        "README.md",
        "apps/argo-cd/manifests/HTTPRoute.argocd.yaml",
        "apps/envoy-gateway/manifests/Gateway.public.yaml",
        "apps/shop/manifests/CiliumNetworkPolicy.egress-shop-to-hosts-api-payments-example.yaml",
        "apps/shop/manifests/HTTPRoute.shop.yaml",
        "bootstrap/cluster.env",
        "bootstrap/root.yaml",
        "root/AppProject.shop.yaml",
    ),
}


class Text(SingleFileSnapshotExtension):
    """A file of its own for each snapshot, readable as what it is."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param(name, path, id=f"{name} {path.rpartition('/')[2]}")
        for name in NAMES
        for path in SHOWN[name]
    ],
)
def test_written(name: str, path: str, snapshot: SnapshotAssertion) -> None:
    assert made(name).files[path].decode() == snapshot(extension_class=Text)
