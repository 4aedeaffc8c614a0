"""apps/__main__.py:9: cluster 'kind': node_networks[0]
  found:    '172.18.0.2/16' (172.18.0.2/16 has host bits set)
  expected: an IPv4 network in CIDR notation, '192.0.2.7/32' for one address
"""

from platform_stack import Application, Cluster, Namespace, Platform

web = Application(name="web", namespaces=(Namespace(name="web"),))
cluster = Cluster(
    name="kind", repo_url="https://git.example.test/platform", node_networks=("172.18.0.2/16", "fd00::/64")
)
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
