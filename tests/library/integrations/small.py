"""Small platforms without charts, and who may talk to whom there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import Application, Cluster, Context, Namespace, Platform, Route, Service
from platform_stack.constructs.routes import objects
from platform_stack.estate import Estate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLUSTER = Cluster(name="kind", repo_url="https://git.example.test/platform", domain="example.test")


def application(name: str, **more: Any) -> Application:  # noqa: ANN401  any field of an application
    return Application(name=name, namespaces=(Namespace(name=name),), **more)


def route(to: str, **more: Any) -> Route:  # noqa: ANN401  any field of a route
    return Route(host=to, service=Service(name=to, namespace=to, port=80), **more)


def deployment(name: str, *ports: int) -> dict[str, Any]:
    labels = {"app": name}
    containers = [{"name": name, "ports": [{"containerPort": port, "name": f"p{port}"} for port in ports]}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": name},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }


def service(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": "p80"}]},
    }


def estate(*members: Application, more: Mapping[str, Sequence[dict[str, Any]]] | None = None) -> Estate:
    """Return an estate in which each application has a Deployment, a Service, its routes, and more."""
    context = Context(Platform(applications=members, clusters=(CLUSTER,)), CLUSTER)
    return Estate(
        context,
        {
            one.name: [
                deployment(one.name, 80),
                service(one.name),
                *(item for each in one.routes for item in objects(each, context)),
                *(more or {}).get(one.name, ()),
            ]
            for one in members
        },
    )


def flows(of: Estate) -> set[tuple[str, str, int]]:
    """Return source, target and port of each flow, by the workloads' names."""
    return {(getattr(one.source, "name", ""), getattr(one.target, "name", ""), one.port) for one in of.flows}
