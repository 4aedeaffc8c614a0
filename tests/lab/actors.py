"""What a cluster's other controllers would do, each as narrow as it can be: one small function an actor.

An actor looks at the API server and writes what its controller would write, and only while that controller's
own pod is Ready, so that a missing operator shows as it would in a cluster. Where the controller is the real
program there is no actor for it.
"""

from __future__ import annotations

import base64
import threading
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .client import ApiError
from .images.references import parse
from .kind_addons import PROVISIONER
from .pods import labelled, running
from .prometheus import operate_prometheus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from .authority import Authority
    from .client import Api, Object
    from .controlplane import ControlPlane

INTERVAL_SECONDS = 0.7
CERT_MANAGER = {"app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/component": "controller"}
CERT_MANAGER_GROUP = "/apis/cert-manager.io/v1"
CLUSTER_RESOURCE_NAMESPACE = "cert-manager"
# Whose webhooks are served by stand-ins: they show certificates of the lab's authority.
WEBHOOKS = ("mutatingwebhookconfigurations", "validatingwebhookconfigurations")
OWN_WEBHOOKS = ("gatekeeper-system", "kyverno")
INGRESSES = "/apis/networking.k8s.io/v1"
GATEWAY = {"app.kubernetes.io/name": "kong"}
VELERO = {"app.kubernetes.io/name": "velero"}
# The phase that each kind has when Velero is content with it.
VELERO_PHASES = {"schedules": "Enabled", "backupstoragelocations": "Available"}


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


@dataclass(frozen=True)
class Volumes:
    """Makes a volume for each claim that has a node, as KIND's provisioner does: a folder there that all may write."""

    plane: ControlPlane

    def __call__(self, api: Api) -> None:
        """Look at every claim, and remove released volumes."""
        for claim in api.list("/api/v1/persistentvolumeclaims"):
            node = claim["metadata"].get("annotations", {}).get("volume.kubernetes.io/selected-node")
            if node and not claim["spec"].get("volumeName"):
                path = f"/var/local-path-provisioner/{claim['metadata']['uid']}"
                self.plane.node(node).run("mkdir", "--parents", "--mode=0777", path)
                api.create(_volume(claim, node, path))
        for volume in api.list("/api/v1/persistentvolumes"):
            if volume.get("status", {}).get("phase") == "Released":
                api.delete(f"/api/v1/persistentvolumes/{volume['metadata']['name']}")


def _volume(claim: Object, node: str, path: str) -> Object:
    metadata, spec = claim["metadata"], claim["spec"]
    on_the_node = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": f"pvc-{metadata['uid']}",
            "annotations": {"pv.kubernetes.io/provisioned-by": PROVISIONER},
        },
        "spec": {
            "capacity": spec["resources"]["requests"],
            "accessModes": spec["accessModes"],
            "storageClassName": spec["storageClassName"],
            "persistentVolumeReclaimPolicy": "Delete",
            "hostPath": {"path": path, "type": "DirectoryOrCreate"},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [on_the_node]}]}},
        },
    }


@dataclass(frozen=True)
class Certificates:
    """Makes issuers and certificates Ready and writes a certificate's Secret, as cert-manager does."""

    authority: Authority

    def __call__(self, api: Api) -> None:
        """Look at every issuer and certificate."""
        issuers = [
            *api.list(f"{CERT_MANAGER_GROUP}/clusterissuers"),
            *api.list(f"{CERT_MANAGER_GROUP}/issuers"),
        ]
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
                        "data": {
                            key: _encode(value)
                            for key, value in self.authority.issue(tuple(spec.get("dnsNames", []))).items()
                        },
                    }
                )
            _set_condition(api, certificate, "Ready", "Ready")


@dataclass(frozen=True)
class Trust:
    """Writes the authority into webhooks whose server is a stand-in, as cert-manager's injector and istiod do."""

    authority: Authority

    def __call__(self, api: Api) -> None:
        """Look at every webhook."""
        bundle = _encode(self.authority.certificate.read_bytes())
        for plural in WEBHOOKS:
            base = f"/apis/admissionregistration.k8s.io/v1/{plural}"
            for item in api.list(base):
                changed = False
                for webhook in item.get("webhooks", []):
                    client = webhook["clientConfig"]
                    server = client.get("service", {}).get("namespace")
                    if server and server not in OWN_WEBHOOKS and client.get("caBundle") != bundle:
                        client["caBundle"] = bundle
                        changed = True
                if changed:
                    # With the version that was read: a webhook that changed meanwhile is written the next time.
                    api.merge(
                        f"{base}/{item['metadata']['name']}",
                        {
                            "metadata": {"resourceVersion": item["metadata"]["resourceVersion"]},
                            "webhooks": item["webhooks"],
                        },
                    )


def address_ingresses(api: Api) -> None:
    """Give each Ingress the address of the gateway's Service, as the gateway's controller does."""
    services = labelled(api, "/api/v1/services", GATEWAY)
    addresses = [
        each
        for service in services
        for each in service.get("status", {}).get("loadBalancer", {}).get("ingress") or []
    ]
    if not addresses or not running(api, GATEWAY):
        return
    for ingress in api.list(f"{INGRESSES}/ingresses"):
        if ingress.get("status", {}).get("loadBalancer", {}).get("ingress") != addresses:
            metadata = ingress["metadata"]
            path = f"{INGRESSES}/namespaces/{metadata['namespace']}/ingresses/{metadata['name']}/status"
            api.merge(path, {"status": {"loadBalancer": {"ingress": addresses}}})


def report_velero(api: Api) -> None:
    """Set the phase of Schedules and BackupStorageLocations; no backup is made."""
    for plural, phase in VELERO_PHASES.items():
        base = f"/apis/velero.io/v1/{plural}"
        items = [each for each in api.list(base) if each.get("status", {}).get("phase") != phase]
        if items and running(api, VELERO):
            for item in items:
                path = api.path_of(item)
                # One of them has no status subresource: there the status is an ordinary field.
                if api.merge(f"{path}/status", {"status": {"phase": phase}}) is None:
                    api.merge(path, {"status": {"phase": phase}})


OF_PROGRAMS: dict[str, Callable[[Api], None]] = {
    "prometheus-operator/prometheus-operator": operate_prometheus,
}
"""The actors whose controller may be the real program, by the end of the name of its image."""


def actors(
    plane: ControlPlane, authority: Authority, programs: Iterable[str] = ()
) -> tuple[Callable[[Api], None], ...]:
    """Return every actor that a cluster needs.

    Args:
        plane: the cluster.
        authority: signs certificates.
        programs: the images that hold a real program.

    """
    real = [parse(image) for image in programs]
    return (
        Volumes(plane),
        Certificates(authority),
        Trust(authority),
        address_ingresses,
        report_velero,
        *(actor for name, actor in OF_PROGRAMS.items() if not any(image.is_of(name) for image in real)),
    )


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
        "message": "by an actor of the lab",
        "lastTransitionTime": item["metadata"]["creationTimestamp"],
    }
    api.merge(f"{api.path_of(item)}/status", {"status": {"conditions": [condition]}})


def _secret(namespace: str, name: str) -> str:
    return f"/api/v1/namespaces/{namespace}/secrets/{name}"


def _encode(text: bytes) -> str:
    return base64.b64encode(text).decode()
