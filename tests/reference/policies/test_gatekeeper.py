"""Gatekeeper's own values and project."""

from __future__ import annotations

from apps.policies.admission import EXEMPT_NAMESPACES
from platform_stack.integrations.gatekeeper.objects import exempt_namespaces
from tests.described import made


def test_the_platform_s_own_webhook_says_which_namespaces_it_leaves_alone() -> None:
    assert list(exempt_namespaces(made().estate)) == EXEMPT_NAMESPACES
    assert "default" not in EXEMPT_NAMESPACES


def test_the_project_allows_each_kind_of_constraint_and_nobody_else_has_them() -> None:
    result = made()
    kinds = {
        item["kind"]
        for item in result.objects["gatekeeper"]
        if item["apiVersion"].startswith("constraints.gatekeeper.sh/")
    }
    assert kinds
    for path, content in result.files.items():
        if path.startswith("root/AppProject."):
            allowed = {kind for kind in kinds if f"kind: {kind}\n" in content.decode()}
            assert allowed == (kinds if path == "root/AppProject.gatekeeper.yaml" else set())
