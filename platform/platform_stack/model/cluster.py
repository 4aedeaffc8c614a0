"""A cluster: the facts that differ from one cluster to the next, each written once."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from platform_stack.errors import called_from, fail
from platform_stack.integrations.argo_cd import NAMESPACE
from platform_stack.model.checked import checked
from platform_stack.model.names import check_type

if TYPE_CHECKING:
    from platform_stack.model.names import ChartUrl, DnsLabel, DnsName, GitUrl

Profile = Literal["laptop", "ha"]
"""`laptop` fits two small nodes; `ha` has replicas, disruption budgets and spread."""

PROFILES: tuple[Profile, ...] = get_args(Profile)

_NO_HOSTS = tuple(
    # "This network", loopback, multicast and what is reserved (https://www.iana.org/assignments/iana-ipv4-special-registry)
    map(ipaddress.IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"))
)


def _check_network(where: str, value: object) -> None:
    check_type(where, value, str, "text such as '172.18.1.0/24'")
    try:
        network = ipaddress.ip_network(str(value))
    except ValueError as error:
        try:
            hint = f"did you mean '{ipaddress.ip_network(str(value), strict=False)}'?"
        except ValueError:
            hint = ""
        fail(where, f"{value!r} ({error})", "a network in CIDR notation, such as '172.18.1.0/24'", hint)
    if network.version != 4:  # noqa: PLR2004  the version of the Internet Protocol
        fail(where, value, "an IPv4 network: the addresses are announced over ARP, which knows no other")
    if network.prefixlen > 30:  # noqa: PLR2004  a /31 has no room beside network and broadcast address
        fail(where, value, "a network of at least four addresses (/30 or wider)")
    if any(network.overlaps(other) for other in _NO_HOSTS):
        fail(where, value, "addresses that a host can have, and that are this cluster's alone")


def _check_address_range(where: str, value: object) -> None:
    check_type(where, value, str, "text such as '172.18.0.0/16'")
    try:
        ipaddress.IPv4Network(str(value))
    except ValueError as error:
        fail(
            where, f"{value!r} ({error})", "an IPv4 network in CIDR notation, '192.0.2.7/32' for one address"
        )


NetworkRange = Annotated[str, _check_network]
AddressRange = Annotated[str, _check_address_range]


@checked("Argo CD")
@dataclass(frozen=True, kw_only=True)
class ArgoCd:
    """Where a cluster's Argo CD lives, and what its Application of all others is called.

    Attributes:
        namespace: the namespace of Argo CD and of all its Applications and AppProjects; default `argocd`.
        root: name of the Application that syncs all others, and of its AppProject; default `root`.

    """

    namespace: DnsLabel = NAMESPACE
    root: DnsLabel = "root"


@checked("cluster")
@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One cluster, and where its Argo CD finds its folder of dist/.

    Attributes:
        name: DNS label; the folder below dist/ and the name of the cluster.
        repo_url: git URL that Argo CD pulls dist/ from (https, ssh, git@host:path, file:///path).
        revision: branch, tag or commit that Argo CD follows; default `main`.
        domain: DNS name below which the platform's routes live; default `platform.test`.
        load_balancer_range: IPv4 network in CIDR notation for LoadBalancer Services; default
            `172.18.1.0/24`, which lies in Docker's first `kind` network.
        profile: `laptop` (default) or `ha`.
        iscsi: whether the nodes have iSCSI, which some storage needs; default False.
        argo_cd: where its Argo CD lives; default: in the namespace `argocd`, with a root Application `root`.
        chart_mirror: one base URL from which every chart is taken instead of its own repository
            (air-gapped clusters, tests); default None.
        pod_network: IPv4 network of the pods' addresses; default `10.244.0.0/16`, KIND's own. It is left out of what
            policies open to the outside by address.
        service_network: IPv4 network of the Services' addresses, as `pod_network`; default `10.96.0.0/16`.
        node_networks: IPv4 networks that the nodes' addresses are in, for flows with the nodes on a network whose
            policies cannot name them; they are left out of the world. Where the network is a tunnel, what comes
            from a node may have an address of the node in the pod network: that belongs here too. Default: none.
        api_server_networks: the same for the API server: `192.0.2.7/32` for each of its addresses. Default: none.
        plaintext_because: why pods may talk between nodes in the clear, where the network encrypts nothing (the nodes
            are one machine, or their network is the company's own); default: a warning says that they do.

    Raises:
        PlatformError: a field has a wrong type or form.

    """

    name: DnsLabel
    repo_url: GitUrl
    revision: str = "main"
    domain: DnsName = "platform.test"
    load_balancer_range: NetworkRange = "172.18.1.0/24"
    profile: Profile = "laptop"
    iscsi: bool = False
    argo_cd: ArgoCd = field(default_factory=ArgoCd)
    chart_mirror: ChartUrl | None = None
    pod_network: NetworkRange = "10.244.0.0/16"
    service_network: NetworkRange = "10.96.0.0/16"
    node_networks: tuple[AddressRange, ...] = ()
    api_server_networks: tuple[AddressRange, ...] = ()
    plaintext_because: str = ""
    source: str = field(init=False, default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check the revision."""
        object.__setattr__(self, "source", called_from())
        if not self.revision or self.revision.split() != [self.revision]:
            fail(f"{self.place}: revision", self.revision, "a branch, a tag or a commit, without spaces")

    @property
    def place(self) -> str:
        """Where and what it is, for messages: `apps/__main__.py:9: cluster 'kind'`."""
        return f"{self.source}: cluster {self.name!r}"

    @property
    def path(self) -> str:
        """The cluster's folder in the git repository, without a slash at either end."""
        return f"dist/{self.name}"

    @property
    def nodes(self) -> int:
        """How many nodes it has: two on a laptop; for `ha` a control plane and three workers."""
        return 4 if self.is_highly_available else 2

    @property
    def is_highly_available(self) -> bool:
        """Whether what can have replicas gets them."""
        return self.profile == "ha"
