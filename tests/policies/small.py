"""Two small policies and their cases, to try the harness and the library on, and the engines that ask them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.integrations import gatekeeper, kyverno

if TYPE_CHECKING:
    from pathlib import Path

ENGINES = (kyverno.policy_engine(), gatekeeper.policy_engine())
"""Who is asked about the policies here, and about those of apps/."""

TENANT = {"platform-stack.io/tier": "tenant"}
PLATFORM = {"platform-stack.io/tier": "platform"}

TAGGED = {
    "apiVersion": "policies.kyverno.io/v1",
    "kind": "ValidatingPolicy",
    "metadata": {"name": "tagged", "annotations": {"platform-stack.io/policy": "tagged"}},
    "spec": {
        "validationActions": ["Deny"],
        "matchConstraints": {
            "namespaceSelector": {"matchLabels": TENANT},
            "resourceRules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
            ],
        },
        "validations": [
            {
                "message": "an image has no tag",
                "expression": "object.spec.containers.all(c, c.image.contains(':'))",
            }
        ],
    },
}

EXCEPTION = {
    "apiVersion": "policies.kyverno.io/v1",
    "kind": "PolicyException",
    "metadata": {"name": "old", "namespace": "kyverno"},
    "spec": {
        "policyRefs": [{"name": "tagged", "kind": "ValidatingPolicy"}],
        "matchConditions": [{"name": "old", "expression": "object.metadata.name == 'old'"}],
    },
}

_REGO = """\
package portless
violation contains {"msg": msg} if {
    input.review.object.spec.type == "NodePort"
    msg := "the Service has a node port"
}
"""

TEMPLATE = {
    "apiVersion": "templates.gatekeeper.sh/v1",
    "kind": "ConstraintTemplate",
    "metadata": {"name": "portless"},
    "spec": {
        "crd": {"spec": {"names": {"kind": "Portless"}}},
        "targets": [
            {
                "target": "admission.k8s.gatekeeper.sh",
                "code": [{"engine": "Rego", "source": {"version": "v1", "rego": _REGO}}],
            }
        ],
    },
}

CONSTRAINT = {
    "apiVersion": "constraints.gatekeeper.sh/v1beta1",
    "kind": "Portless",
    "metadata": {"name": "no-node-port", "annotations": {"platform-stack.io/policy": "no-node-port"}},
    "spec": {
        "enforcementAction": "deny",
        "match": {
            "kinds": [{"apiGroups": [""], "kinds": ["Service"]}],
            "namespaceSelector": {"matchLabels": TENANT},
        },
    },
}


def pod(name: str, image: str, namespace: str = "team") -> dict[str, Any]:
    """Return a Pod with one container."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": [{"name": "main", "image": image}]},
    }


def deployment(name: str, image: str, namespace: str = "team") -> dict[str, Any]:
    """Return a Deployment of such pods."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": pod(name, image)["spec"]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


def service(name: str, kind: str, namespace: str = "team") -> dict[str, Any]:
    """Return a Service of a type."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"type": kind, "ports": [{"port": 80}]},
    }


def namespace(name: str, labels: dict[str, str]) -> dict[str, Any]:
    """Return a Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def write_kyverno_cases(folder: Path, results: list[dict[str, Any]]) -> Path:
    """Write the policy `tagged` and a folder of cases with some results; return that folder."""
    cases = _write(folder, "policies/kyverno/tagged.yaml", TAGGED)
    objects = [
        pod("good", "nginx:1.29"),
        pod("bad", "nginx"),
        deployment("web", "nginx"),
        pod("bad", "nginx", "platform"),
    ]
    (cases / "objects.yaml").write_text(yaml.safe_dump_all(objects))
    selectors = [{"name": "team", "labels": TENANT}, {"name": "platform", "labels": PLATFORM}]
    values = {"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values", "namespaceSelector": selectors}
    (cases / "values.yaml").write_text(yaml.safe_dump(values))
    test = {
        "apiVersion": "cli.kyverno.io/v1alpha1",
        "kind": "Test",
        "metadata": {"name": "tagged"},
        "policies": ["../../../policies/kyverno/tagged.yaml"],
        "resources": ["objects.yaml"],
        "variables": "values.yaml",
        "results": [{"policy": "tagged", "isValidatingPolicy": True, **result} for result in results],
    }
    (cases / "kyverno-test.yaml").write_text(yaml.safe_dump(test))
    return cases


def write_gatekeeper_cases(folder: Path, cases: list[dict[str, Any]]) -> Path:
    """Write the policy `no-node-port` and a folder with some cases; return that folder."""
    _write(folder, "policies/gatekeeper/template.yaml", TEMPLATE)
    target = _write(folder, "policies/gatekeeper/constraint.yaml", CONSTRAINT)
    for name, item in {
        "open": service("open", "NodePort"),
        "closed": service("closed", "ClusterIP"),
        "pod": pod("good", "nginx"),
        "namespace": namespace("team", TENANT),
    }.items():
        (target / f"{name}.yaml").write_text(yaml.safe_dump(item))
    suite = {
        "apiVersion": "test.gatekeeper.sh/v1alpha1",
        "kind": "Suite",
        "tests": [
            {
                "name": "no-node-port",
                "template": "../../../policies/gatekeeper/template.yaml",
                "constraint": "../../../policies/gatekeeper/constraint.yaml",
                "cases": [{"name": one["object"], "inventory": ["namespace.yaml"], **one} for one in cases],
            }
        ],
    }
    (target / "suite.yaml").write_text(yaml.safe_dump(suite))
    return target


def _write(folder: Path, place: str, item: dict[str, Any]) -> Path:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(item))
    cases = folder / "cases" / path.parent.name / str(item["metadata"]["name"])
    cases.mkdir(parents=True, exist_ok=True)
    return cases
