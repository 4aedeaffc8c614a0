"""A made-up platform of many applications, written through the public library API.

`python -m tests.bench.made_up COUNT FOLDER` is the process that is measured.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack_imports import k8s

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

CLUSTER = Cluster(name="bench", repo_url="https://git.example.test/platform")

FILES = 10 + 6
"""How many files synth writes for an application: the ten objects that it adds, its Namespace with a default deny
and cluster DNS, and Argo CD's Application, ApplicationSet and AppProject; each file holds one object."""

_PROPERTIES = """\
server.port=8080
server.shutdown=graceful
management.port=9090
management.endpoints=health,metrics
database.url=jdbc:postgresql://database.{name}.svc:5432/{name}
database.pool.minimum=2
database.pool.maximum=16
cache.enabled=true
cache.seconds=300
log.format=json
log.level=info
"""


def name_of(number: int) -> str:
    """Return an application's name; no name is part of another."""
    return f"made-up-{number:05}"


def platform(count: int, facts: Path) -> Platform:
    """Return a platform of that many applications without charts; all depend on the first.

    Args:
        count: how many, at least 1.
        facts: an empty folder.

    """
    first = _application(0)
    others = (_application(number, first) for number in range(1, count))
    return Platform(applications=(first, *others), clusters=(CLUSTER,), facts=facts)


def _application(number: int, *needs: Application) -> Application:
    name = name_of(number)
    return Application(
        name=name,
        namespaces=(Namespace(name=name),),
        depends_on=needs,
        manifests=lambda chart, _context: _add_objects(chart, name),
    )


def _add_objects(chart: ManifestChart, name: str) -> None:
    """Add what a web service has: eight typed objects, and two plain manifests of kinds without bindings."""
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "made-up"}
    selector = k8s.LabelSelector(match_labels=labels)

    def metadata(suffix: str = "") -> k8s.ObjectMeta:
        return k8s.ObjectMeta(name=name + suffix, namespace=name, labels=labels)

    chart.add(k8s.ServiceAccount(metadata=metadata(), automount_service_account_token=False))
    chart.add(k8s.ConfigMap(metadata=metadata(), data=_settings(name)))
    chart.add(k8s.Deployment(metadata=metadata(), spec=_deployment(name, labels)))
    chart.add(
        k8s.Service(
            metadata=metadata(),
            spec=k8s.ServiceSpec(
                type="ClusterIP",
                selector=labels,
                ports=[
                    k8s.ServicePort(name="http", port=80, target_port="http", protocol="TCP"),
                    k8s.ServicePort(name="metrics", port=9090, target_port="metrics", protocol="TCP"),
                ],
            ),
        )
    )
    chart.add(
        k8s.NetworkPolicy(
            metadata=metadata("-deny"),
            spec=k8s.NetworkPolicySpec(
                pod_selector=k8s.LabelSelector(), policy_types=["Ingress", "Egress"], ingress=[], egress=[]
            ),
        )
    )
    chart.add(k8s.NetworkPolicy(metadata=metadata("-allow"), spec=_flows(selector)))
    chart.add(
        k8s.Role(
            metadata=metadata(),
            rules=[
                k8s.PolicyRule(api_groups=[""], resources=["configmaps"], verbs=["get", "list", "watch"]),
                k8s.PolicyRule(api_groups=["coordination.k8s.io"], resources=["leases"], verbs=["*"]),
            ],
        )
    )
    chart.add(
        k8s.RoleBinding(
            metadata=metadata(),
            role_ref=k8s.RoleRef(api_group="rbac.authorization.k8s.io", kind="Role", name=name),
            subjects=[k8s.Subject(kind="ServiceAccount", name=name, namespace=name)],
        )
    )
    plain = {"name": name, "namespace": name, "labels": labels}
    chart.add(_autoscaler(name, plain))
    chart.add(_endpoint_slice(name, plain))


def _settings(name: str) -> dict[str, str]:
    return {
        "application.properties": _PROPERTIES.format(name=name),
        "ENVIRONMENT": "production",
        "LOG_LEVEL": "info",
        "METRICS_ENABLED": "true",
        "PUBLIC_URL": f"https://{name}.platform.test/",
    }


def _deployment(name: str, labels: dict[str, str]) -> k8s.DeploymentSpec:
    return k8s.DeploymentSpec(
        replicas=2,
        revision_history_limit=2,
        selector=k8s.LabelSelector(match_labels=labels),
        template=k8s.PodTemplateSpec(
            metadata=k8s.ObjectMeta(labels=labels, annotations={"prometheus.io/scrape": "true"}),
            spec=k8s.PodSpec(
                service_account_name=name,
                automount_service_account_token=False,
                security_context=k8s.PodSecurityContext(
                    run_as_non_root=True,
                    run_as_user=65532,
                    fs_group=65532,
                    seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
                ),
                containers=[_container(name)],
                volumes=[
                    k8s.Volume(name="settings", config_map=k8s.ConfigMapVolumeSource(name=name)),
                    k8s.Volume(name="scratch", empty_dir=k8s.EmptyDirVolumeSource(size_limit="64Mi")),
                ],
            ),
        ),
    )


def _container(name: str) -> k8s.Container:
    return k8s.Container(
        name="server",
        image=f"registry.example.test/made-up/{name}:1.27.4",
        image_pull_policy="IfNotPresent",
        env_from=[k8s.EnvFromSource(config_map_ref=k8s.ConfigMapEnvSource(name=name))],
        env=[
            k8s.EnvVar(
                name="POD_NAME",
                value_from=k8s.EnvVarSource(field_ref=k8s.ObjectFieldSelector(field_path="metadata.name")),
            ),
            k8s.EnvVar(name="GOMEMLIMIT", value="200MiB"),
        ],
        ports=[
            k8s.ContainerPort(name="http", container_port=8080, protocol="TCP"),
            k8s.ContainerPort(name="metrics", container_port=9090, protocol="TCP"),
        ],
        liveness_probe=k8s.Probe(http_get=k8s.HttpGetAction(path="/livez", port="http"), period_seconds=10),
        readiness_probe=k8s.Probe(http_get=k8s.HttpGetAction(path="/readyz", port="http"), period_seconds=5),
        resources=k8s.ResourceRequirements(
            requests={"cpu": "50m", "memory": "128Mi"}, limits={"memory": "256Mi"}
        ),
        security_context=k8s.SecurityContext(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=k8s.Capabilities(drop=["ALL"]),
        ),
        volume_mounts=[
            k8s.VolumeMount(name="settings", mount_path="/etc/server", read_only=True),
            k8s.VolumeMount(name="scratch", mount_path="/tmp"),  # noqa: S108  a path in a pod
        ],
    )


def _flows(selector: k8s.LabelSelector) -> k8s.NetworkPolicySpec:
    def namespace(name: str) -> k8s.NetworkPolicyPeer:
        return k8s.NetworkPolicyPeer(
            namespace_selector=k8s.LabelSelector(match_labels={"kubernetes.io/metadata.name": name})
        )

    return k8s.NetworkPolicySpec(
        pod_selector=selector,
        policy_types=["Ingress", "Egress"],
        ingress=[
            k8s.NetworkPolicyIngressRule(
                from_=[namespace("gateway")], ports=[k8s.NetworkPolicyPort(port=8080, protocol="TCP")]
            ),
            k8s.NetworkPolicyIngressRule(
                from_=[namespace("monitoring")], ports=[k8s.NetworkPolicyPort(port=9090, protocol="TCP")]
            ),
        ],
        egress=[
            k8s.NetworkPolicyEgressRule(
                to=[namespace("kube-system")],
                ports=[
                    k8s.NetworkPolicyPort(port=53, protocol="UDP"),
                    k8s.NetworkPolicyPort(port=53, protocol="TCP"),
                ],
            ),
        ],
    )


def _autoscaler(name: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata,
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": 2,
            "maxReplicas": 6,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 75}},
                }
            ],
        },
    }


def _endpoint_slice(name: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            **metadata,
            "name": f"{name}-database",
            "labels": {"kubernetes.io/service-name": "database"},
        },
        "addressType": "IPv4",
        "ports": [{"name": "postgres", "port": 5432, "protocol": "TCP"}],
        "endpoints": [{"addresses": ["192.0.2.10"]}, {"addresses": ["192.0.2.11"]}],
    }


def main() -> None:
    """Write the platform of COUNT applications below FOLDER."""
    count, folder = sys.argv[1:]
    with tempfile.TemporaryDirectory() as facts:
        platform(int(count), Path(facts)).synth(Path(folder))


if __name__ == "__main__":
    main()
