"""What pods ask of each image: its command lines, which of them end, and the ports of those that stay."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.lab.errors import fail

from .references import LATEST, Reference, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
HOOKS = ("postStart", "preStop")


@dataclass(frozen=True, order=True)
class Use:
    """One command line that a pod starts in an image.

    Attributes:
        command: the words that replace the image's entrypoint; empty: the entrypoint.
        arguments: the words after it.
        stays: whether it is a container that stays; an init container, a container of a Job, an exec probe and a
            lifecycle hook end.
        tcp: the ports that it listens on: those of the container, and those of its probes.
        udp: the same.

    """

    command: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    stays: bool = False
    tcp: tuple[int, ...] = ()
    udp: tuple[int, ...] = ()


@dataclass
class ImageUses:
    """Everything that pods ask of one image.

    Attributes:
        reference: the image.
        uses: in order, no command line twice.
        nonroot: some container must not run as root and leaves it to the image to name a user.

    """

    reference: Reference
    uses: list[Use] = field(default_factory=list)
    nonroot: bool = False


def image_uses(pods: Iterable[Mapping[str, Any]]) -> list[ImageUses]:
    """Return the images of pods, in order of their references, each with its uses.

    Args:
        pods: pod specs, as in a Deployment's template or a live Pod; a restartPolicy other than Always means that
            its containers end.

    Raises:
        LabError: a container pulls its image at every start, for which there is no registry here; or one command
            line of an image is said to stay and to end.

    """
    found: dict[Reference, ImageUses] = {}
    for pod in pods:
        once = pod.get("restartPolicy", "Always") != "Always"
        for container, stays in _containers(pod, once=once):
            reference = parse(container["image"])
            _must_not_pull(container, reference)
            image = found.setdefault(reference, ImageUses(reference))
            image.uses.extend(_uses(container, stays=stays))
            image.nonroot = image.nonroot or _leaves_the_user(pod, container)
    for image in found.values():
        image.uses = _merged(image)
    return [found[reference] for reference in sorted(found)]


def _containers(pod: Mapping[str, Any], *, once: bool) -> Iterator[tuple[Mapping[str, Any], bool]]:
    for container in pod.get("initContainers") or ():
        # An init container that restarts always is a sidecar: it stays.
        yield container, container.get("restartPolicy") == "Always"
    for container in pod["containers"]:
        yield container, not once


def _must_not_pull(container: Mapping[str, Any], reference: Reference) -> None:
    default = "Always" if reference.tag == LATEST else "IfNotPresent"
    if (container.get("imagePullPolicy") or default) == "Always":
        fail(
            f"container {container['name']}",
            f"{reference} with imagePullPolicy Always",
            "IfNotPresent, for the lab has no registry to pull from",
            "give the image a fixed tag, or the container imagePullPolicy: IfNotPresent",
        )


def _uses(container: Mapping[str, Any], *, stays: bool) -> Iterator[Use]:
    command = tuple(container.get("command") or ())
    arguments = tuple(container.get("args") or ())
    tcp, udp = _ports(container) if stays else ((), ())
    yield Use(command, arguments, stays, tcp, udp)
    lifecycle = container.get("lifecycle") or {}
    for action in (*(container.get(name) for name in PROBES), *(lifecycle.get(name) for name in HOOKS)):
        words = ((action or {}).get("exec") or {}).get("command")
        if words:
            yield Use(tuple(words))


def _ports(container: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    ports = container.get("ports") or ()
    named = {port["name"]: port["containerPort"] for port in ports if "name" in port}
    tcp = {port["containerPort"] for port in ports if port.get("protocol", "TCP") == "TCP"}
    udp = {port["containerPort"] for port in ports if port.get("protocol") == "UDP"}
    for name in PROBES:
        probe = container.get(name) or {}
        for how in ("httpGet", "tcpSocket", "grpc"):
            if probe.get(how):
                port = probe[how]["port"]
                tcp.add(named.get(port, port))
    return tuple(sorted(map(int, tcp))), tuple(sorted(map(int, udp)))


def _leaves_the_user(pod: Mapping[str, Any], container: Mapping[str, Any]) -> bool:
    context = {**(pod.get("securityContext") or {}), **(container.get("securityContext") or {})}
    return bool(context.get("runAsNonRoot")) and context.get("runAsUser") is None


def _merged(image: ImageUses) -> list[Use]:
    by_line: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Use]] = defaultdict(list)
    for use in image.uses:
        by_line[use.command, use.arguments].append(use)
    merged = []
    for (command, arguments), same in sorted(by_line.items()):
        if len({use.stays for use in same}) > 1:
            line = " ".join((*command, *arguments)) or "the entrypoint"
            fail(
                f"image {image.reference}",
                f"`{line}` both as a container that stays and as one that ends",
                "one of them",
                "a stand-in knows only its command line: give the one that ends an argument of its own",
            )
        tcp = sorted({port for use in same for port in use.tcp})
        udp = sorted({port for use in same for port in use.udp})
        merged.append(Use(command, arguments, same[0].stays, tuple(tcp), tuple(udp)))
    return merged
