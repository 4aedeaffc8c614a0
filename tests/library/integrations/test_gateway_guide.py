"""docs/guides/choose-a-gateway.md: what it writes is there, and makes a platform."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

from platform_stack import CertificateIssuer, Gateway
from tests.library.integrations.small import application, estate, flows, route

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "choose-a-gateway.md").read_text()


def test_the_roles_of_the_table_are_there() -> None:
    made = re.findall(r"^\| .* \| `(\w+)\.gateway\(", GUIDE, re.MULTILINE)
    assert len(made) == 4
    for module in made:
        assert callable(import_module(f"platform_stack.integrations.{module}").gateway)


def test_its_applications_lead_a_route() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    described: dict[str, Any] = {}
    exec(code, described)  # noqa: S102  the guide's own text
    edge, issuing = described["edge"], described["issuing"]
    found = estate(application("web", routes=(route("web"),)), edge, issuing)
    assert found.platform.holders(Gateway)[0].application is edge
    assert found.platform.holders(CertificateIssuer)[0].application is issuing
    assert flows(found) == set()  # its Deployment is not called as the chart's
    (ingress,) = [item for item in found.objects["web"] if item["kind"] == "Ingress"]
    assert ingress["metadata"]["annotations"]["cert-manager.io/cluster-issuer"] == "platform-ca"
