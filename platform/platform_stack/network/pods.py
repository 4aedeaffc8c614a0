"""The pods of a platform and the Services before them, from the recorded facts and the manifests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from platform_stack.kubernetes import POD_MAKERS, pod_template
from platform_stack.labels import CHANGING
from platform_stack.model.network import Mesh, PodMetadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model.network import Interception
    from platform_stack.model.roles import AnyPodRole, Holder, PodRole
    from platform_stack.recorded import Release

Labels = tuple[tuple[str, str], ...]
"""Labels, sorted, so that they can be compared and hashed."""


@dataclass(frozen=True)
class Workload:
    """Pods that are alike.

    Attributes:
        application: name of the application; empty for Kubernetes' own.
        namespace: their namespace.
        name: name of the Deployment, StatefulSet, DaemonSet, Job or CronJob.
        selector: labels that select them and nothing else in the namespace, without those that change with a
            version unless only these tell them apart (then a check refuses what selects them).
        labels: all their labels.
        ports: container ports, by name where they have one.
        numbers: all container ports.
        host_network: whether they use the node's network, where pod policies do not reach them.
        service_account: their service account, which is their identity in the mesh.
        sidecar: how the mesh's sidecar stands before them; None: they are outside the mesh.

    """

    application: str
    namespace: str
    name: str
    selector: Labels
    labels: Labels
    ports: tuple[tuple[str, int], ...]
    numbers: tuple[int, ...]
    host_network: bool = False
    service_account: str = "default"
    sidecar: Interception | None = None

    @property
    def mesh(self) -> bool:
        """Whether they are in the mesh, and have an identity there."""
        return self.sidecar is not None

    def answers_through_sidecar(self, port: int, protocol: str = "TCP") -> bool:
        """Return whether what arrives at a port passes the sidecar, which asks for an identity."""
        return self.sidecar is not None and protocol == "TCP" and self.sidecar.intercepts(port)

    def port(self, port: int | str) -> int | None:
        """Return the number of a port, or None where the pods have no port of that name."""
        if isinstance(port, int):
            return port
        return dict(self.ports).get(port)


DNS = Workload(
    application="",
    namespace="kube-system",
    name="coredns",
    selector=(("k8s-app", "kube-dns"),),
    labels=(("k8s-app", "kube-dns"),),
    ports=(("dns", 53), ("dns-tcp", 53), ("metrics", 9153)),
    numbers=(53, 9153),
)
"""Cluster DNS, which kubeadm installs."""


class Inventory:
    """Who there is on one cluster."""

    def __init__(self, estate: Estate) -> None:
        """Read the workloads and Services of all applications."""
        objects = self.objects = estate.objects
        self.unknown = estate.unknown
        self.platform = estate.platform
        self._mesh = estate.platform.role(Mesh)
        self._in_mesh = estate.platform.mesh_namespaces
        self.by_application: dict[str, list[Workload]] = {}
        for member in estate.platform.members:
            found = [
                self._workload(member.name, item)
                for item in objects.get(member.name, ())
                if item["kind"] in POD_MAKERS
            ]
            found += [
                Workload(
                    member.name,
                    runtime.namespace,
                    runtime.name,
                    _sorted(runtime.labels),
                    _sorted(runtime.labels),
                    tuple(sorted(runtime.ports.items())),
                    tuple(sorted(set(runtime.ports.values()))),
                    service_account=runtime.service_account,
                    sidecar=self._sidecar(runtime.namespace, {"labels": runtime.labels}),
                )
                for runtime in estate.runtime_workloads[member.name]
                if runtime.labels
            ]
            if member.tenant:
                found += [
                    self.everything(member.name, namespace)
                    for namespace in dict.fromkeys(
                        map(member.tenant.namespace_of, member.tenant.repositories)
                    )
                ]
            self.by_application[member.name] = found
        every = [one for found in self.by_application.values() for one in found]
        for name, found in self.by_application.items():
            self.by_application[name] = [_lasting(one, every) for one in found]
        self.services = {
            (item["metadata"]["namespace"], item["metadata"]["name"]): item
            for items in objects.values()
            for item in items
            if item["kind"] == "Service"
        }
        self._by_namespace: dict[str, list[Workload]] = {DNS.namespace: [DNS]}
        for workload in self.all():
            self._by_namespace.setdefault(workload.namespace, []).append(workload)

    def all(self) -> Iterator[Workload]:
        """Yield every workload of the applications."""
        for found in self.by_application.values():
            yield from found

    def unknown_of(self, application: str) -> list[Release]:
        """Return the releases of an application of which it is not known what they make."""
        return [release for release in self.unknown if release.application.name == application]

    def unknown_in(self, *namespaces: str) -> list[Release]:
        """Return the unknown releases whose pods and Services may be in one of some namespaces."""
        return [release for release in self.unknown if release.namespaces.intersection(namespaces)]

    def everything(self, application: str, namespace: str) -> Workload:
        """Return what stands for every pod of a namespace; `*` is every service account of it."""
        sidecar = self._sidecar(namespace, {})
        return Workload(application, namespace, "any", (), (), (), (), service_account="*", sidecar=sidecar)

    def selected(self, namespace: str, labels: Mapping[str, str]) -> list[Workload]:
        """Return the workloads of a namespace whose pods carry these labels."""
        wanted = labels.items()
        return [one for one in self._by_namespace.get(namespace, ()) if wanted <= dict(one.labels).items()]

    def unseen(self, namespace: str) -> list[Workload]:
        """Return what stands for every pod of a namespace, where a tenant installs from a repository."""
        return [one for one in self.selected(namespace, {}) if not one.selector]

    def of_role(self, role: type[PodRole]) -> list[Workload]:
        """Return the workloads that have a role for their application."""
        return [one for holder in self.platform.holders(role) for one in self.of(holder)]

    def of(self, holder: Holder[AnyPodRole]) -> list[Workload]:
        """Return the workloads of an application that have its role."""
        return [
            one
            for one in self.by_application[holder.application.name]
            if not holder.role.workloads or one.name in holder.role.workloads
        ]

    def behind(self, namespace: str, name: str, port: int | str) -> list[tuple[Workload, int]]:
        """Return the workloads behind a Service's port, each with the pod port it leads to.

        Args:
            namespace: the Service's namespace.
            name: the Service's name.
            port: number or name of the Service port.

        """
        service = self.services.get((namespace, name))
        if service is None:
            return []
        spec = service["spec"]
        result = []
        for entry in spec.get("ports", []):
            if port not in (entry.get("port"), entry.get("name")):
                continue
            target = entry.get("targetPort", entry["port"])
            for workload in self.selected(namespace, spec.get("selector") or {"": ""}):
                number = workload.port(target)
                if number is not None:
                    result.append((workload, number))
        return result

    def _workload(self, application: str, item: Manifest) -> Workload:
        spec, template = item["spec"], pod_template(item)
        metadata = template.get("metadata", {})
        labels = metadata.get("labels", {})
        pod = template["spec"]
        entries = [
            entry
            for container in (*pod.get("initContainers", ()), *pod["containers"])
            for entry in container.get("ports", ())
        ]
        namespace = item["metadata"]["namespace"]
        host = bool(pod.get("hostNetwork"))
        return Workload(
            application,
            namespace,
            item["metadata"]["name"],
            _sorted(spec.get("selector", {}).get("matchLabels") or labels),
            _sorted(labels),
            tuple(
                sorted({(entry["name"], entry["containerPort"]) for entry in entries if entry.get("name")})
            ),
            tuple(sorted({entry["containerPort"] for entry in entries})),
            host,
            pod.get("serviceAccountName", "default"),
            None if host else self._sidecar(namespace, metadata),
        )

    def _sidecar(self, namespace: str, metadata: Mapping[str, Any]) -> Interception | None:
        """Return how the mesh's sidecar stands before pods; None: they are outside the mesh, or there is none."""
        if self._mesh is None:
            return None
        pods = PodMetadata(
            metadata.get("labels") or {}, metadata.get("annotations") or {}, namespace in self._in_mesh
        )
        return next(iter(self._mesh.takes_in(pods)), None)


def _lasting(workload: Workload, every: Iterable[Workload]) -> Workload:
    """Return the workload with a selector that the next version matches too, if that does not select others."""
    kept = {pair for pair in workload.selector if pair[0] not in CHANGING}
    if len(kept) == len(workload.selector):
        return workload
    taken = any(
        kept <= set(other.labels) and not set(workload.selector) <= set(other.labels)
        for other in every
        if other.namespace == workload.namespace
    )
    return workload if taken or not kept else replace(workload, selector=_sorted(kept))


def _sorted(labels: Mapping[str, Any] | Iterable[tuple[str, str]]) -> Labels:
    return tuple(sorted(dict(labels).items()))
