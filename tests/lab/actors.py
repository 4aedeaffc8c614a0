"""What a cluster's other controllers would do, each as narrow as it can be: one small function an actor.

An actor looks at the API server and writes what its controller would write, and only while that controller's
own pod is Ready, so that a missing operator shows as it would in a cluster.
"""

from __future__ import annotations

import base64
import ipaddress
import threading
import traceback
from typing import TYPE_CHECKING

from .client import ApiError
from .standins import custom_resource_definition, recorded_definitions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from .client import Api, Object

INTERVAL_SECONDS = 0.7
CERT_MANAGER = {"app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/component": "controller"}
CERT_MANAGER_GROUP = "/apis/cert-manager.io/v1"
CLUSTER_RESOURCE_NAMESPACE = "cert-manager"
PROMETHEUS_OPERATOR = {"app.kubernetes.io/component": "prometheus-operator"}
MONITORING_GROUP = "/apis/monitoring.coreos.com/v1"
CILIUM_OPERATOR = {"io.cilium/app": "operator"}
CILIUM_GROUP = "cilium.io"
# The kinds that Cilium's operator registers and that a platform writes: (kind, plural, scope, versions).
CILIUM_KINDS = (
    ("CiliumNetworkPolicy", "ciliumnetworkpolicies", "Namespaced", ("v2",)),
    ("CiliumClusterwideNetworkPolicy", "ciliumclusterwidenetworkpolicies", "Cluster", ("v2",)),
    ("CiliumLoadBalancerIPPool", "ciliumloadbalancerippools", "Cluster", ("v2", "v2alpha1")),
    ("CiliumL2AnnouncementPolicy", "ciliuml2announcementpolicies", "Cluster", ("v2alpha1",)),
    ("CiliumCIDRGroup", "ciliumcidrgroups", "Cluster", ("v2", "v2alpha1")),
)
PROVISIONER = "rancher.io/local-path"


class Actors:
    """Runs every actor again and again on one thread; an error is logged and tried again."""

    def __init__(self, api: Api, actors: Sequence[Callable[[Api], None]], log: Path) -> None:
        self.api = api
        self.actors = actors
        self.log = log
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="actors", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the round that runs."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        with self.log.open("a") as log:
            while not self._stop.wait(INTERVAL_SECONDS):
                for actor in self.actors:
                    try:
                        actor(self.api)
                    except (ApiError, OSError):
                        # Objects come and go while a platform boots: the next round sees what is there then.
                        log.write(traceback.format_exc())
                        log.flush()


def provision_volumes(api: Api) -> None:
    """Make a PersistentVolume for a claim that the scheduler has found a node for, and remove released ones."""
    for claim in api.list("/api/v1/persistentvolumeclaims"):
        metadata = claim["metadata"]
        annotations = metadata.get("annotations", {})
        node = annotations.get("volume.kubernetes.io/selected-node")
        if claim["spec"].get("volumeName") or not node:
            continue
        api.create(
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {
                    "name": f"pvc-{metadata['uid']}",
                    "annotations": {"pv.kubernetes.io/provisioned-by": PROVISIONER},
                },
                "spec": {
                    "capacity": claim["spec"]["resources"]["requests"],
                    "accessModes": claim["spec"]["accessModes"],
                    "storageClassName": claim["spec"]["storageClassName"],
                    "persistentVolumeReclaimPolicy": "Delete",
                    "hostPath": {"path": f"/var/local-path-provisioner/{metadata['uid']}"},
                    "claimRef": {
                        "apiVersion": "v1",
                        "kind": "PersistentVolumeClaim",
                        "namespace": metadata["namespace"],
                        "name": metadata["name"],
                        "uid": metadata["uid"],
                    },
                    "nodeAffinity": {
                        "required": {
                            "nodeSelectorTerms": [
                                {
                                    "matchExpressions": [
                                        {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
                                    ]
                                }
                            ]
                        }
                    },
                },
            }
        )
    for volume in api.list("/api/v1/persistentvolumes"):
        if volume.get("status", {}).get("phase") == "Released":
            api.delete(f"/api/v1/persistentvolumes/{volume['metadata']['name']}")


def give_addresses(api: Api) -> None:
    """Give each LoadBalancer Service the next address of the cluster's pools, as Cilium's operator does."""
    services = [each for each in api.list("/api/v1/services") if each["spec"].get("type") == "LoadBalancer"]
    if not services or not running(api, CILIUM_OPERATOR):
        return
    pools = api.list(f"/apis/{CILIUM_GROUP}/v2/ciliumloadbalancerippools")
    taken = {each["ip"] for service in services for each in _ingress(service)}
    for service in services:
        matching = [address for pool in pools if _selects(pool, service) for address in _addresses(pool)]
        free = [address for address in matching if address not in taken]
        if not _ingress(service) and free:
            taken.add(free[0])
            metadata = service["metadata"]
            path = f"/api/v1/namespaces/{metadata['namespace']}/services/{metadata['name']}/status"
            api.merge(path, {"status": {"loadBalancer": {"ingress": [{"ip": free[0]}]}}})


def issue_certificates(api: Api) -> None:
    """Make issuers and certificates Ready and write a certificate's Secret, as cert-manager does."""
    issuers = [*api.list(f"{CERT_MANAGER_GROUP}/clusterissuers"), *api.list(f"{CERT_MANAGER_GROUP}/issuers")]
    certificates = api.list(f"{CERT_MANAGER_GROUP}/certificates")
    if not (issuers or certificates) or not running(api, CERT_MANAGER):
        return
    ready = set()
    for issuer in issuers:
        namespace = issuer["metadata"].get("namespace", "")
        secret = issuer["spec"].get("ca", {}).get("secretName")
        if secret and api.get(_secret(namespace or CLUSTER_RESOURCE_NAMESPACE, secret)) is None:
            continue
        ready.add((issuer["kind"], namespace, issuer["metadata"]["name"]))
        _set_condition(api, issuer, "Ready", "IsReady")
    for certificate in certificates:
        metadata, spec = certificate["metadata"], certificate["spec"]
        reference = spec["issuerRef"]
        kind = reference.get("kind", "Issuer")
        inside = metadata["namespace"] if kind == "Issuer" else ""
        if (kind, inside, reference["name"]) not in ready:
            continue
        path = _secret(metadata["namespace"], spec["secretName"])
        if api.get(path) is None:
            api.create(
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "type": "kubernetes.io/tls",
                    "metadata": {"name": spec["secretName"], "namespace": metadata["namespace"]},
                    "data": dict.fromkeys(("tls.crt", "tls.key", "ca.crt"), _encode("simulated")),
                }
            )
        _set_condition(api, certificate, "Ready", "Ready")


def report_prometheus(api: Api) -> None:
    """Set the status that Prometheus' operator sets; the StatefulSets and pods it would make are not made."""
    items = [*api.list(f"{MONITORING_GROUP}/prometheuses"), *api.list(f"{MONITORING_GROUP}/alertmanagers")]
    if items and running(api, PROMETHEUS_OPERATOR):
        for item in items:
            _set_condition(api, item, "Available", "Available")


def register_cilium_kinds(api: Api) -> None:
    """Create Cilium's CRDs once its operator runs, as the operator does at its start."""
    if api.get(f"/apis/{CILIUM_GROUP}") is not None or not running(api, CILIUM_OPERATOR):
        return
    recorded = {item["spec"]["names"]["kind"]: item for item in recorded_definitions(CILIUM_GROUP)}
    for kind, plural, scope, versions in CILIUM_KINDS:
        definition = {
            "group": CILIUM_GROUP,
            "kind": kind,
            "plural": plural,
            "scope": scope,
            "versions": versions,
        }
        api.create(recorded.get(kind) or custom_resource_definition(definition))


ACTORS = (
    provision_volumes,
    give_addresses,
    issue_certificates,
    report_prometheus,
    register_cilium_kinds,
)


def running(api: Api, labels: dict[str, str]) -> bool:
    """Say whether a Ready pod has these labels: the controller that an actor stands for."""
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    return any(_condition(pod, "Ready") for pod in api.list("/api/v1/pods", labelSelector=selector))


def _condition(item: Object, kind: str) -> bool:
    conditions = item.get("status", {}).get("conditions", [])
    return any(each["type"] == kind and each["status"] == "True" for each in conditions)


def _set_condition(api: Api, item: Object, kind: str, reason: str) -> None:
    if _condition(item, kind):
        return
    condition = {
        "type": kind,
        "status": "True",
        "reason": reason,
        "message": "simulated",
        "lastTransitionTime": item["metadata"]["creationTimestamp"],
    }
    status: Object = {"conditions": [condition]}
    if item["apiVersion"].startswith("monitoring.coreos.com/"):
        condition["observedGeneration"] = item["metadata"]["generation"]
        replicas = item["spec"].get("replicas", 1)
        status |= {
            "paused": False,
            "replicas": replicas,
            "updatedReplicas": replicas,
            "availableReplicas": replicas,
            "unavailableReplicas": 0,
        }
    api.merge(f"{api.path_of(item)}/status", {"status": status})


def _addresses(pool: Object) -> list[str]:
    found: list[str] = []
    for block in pool["spec"].get("blocks", []):
        if "cidr" in block:
            network = ipaddress.ip_network(block["cidr"])
            found += [str(network[index]) for index in range(min(network.num_addresses, 256))]
        else:
            start = ipaddress.ip_address(block["start"])
            stop = ipaddress.ip_address(block.get("stop", block["start"]))
            found += [str(start + offset) for offset in range(min(int(stop) - int(start) + 1, 256))]
    return found


def _selects(pool: Object, service: Object) -> bool:
    wanted = pool["spec"].get("serviceSelector", {}).get("matchLabels", {})
    labels = service["metadata"].get("labels", {})
    return all(labels.get(key) == value for key, value in wanted.items())


def _ingress(service: Object) -> list[Object]:
    found: list[Object] = service.get("status", {}).get("loadBalancer", {}).get("ingress") or []
    return found


def _secret(namespace: str, name: str) -> str:
    return f"/api/v1/namespaces/{namespace}/secrets/{name}"


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
