"""apps/__main__.py:15: tenant 'shop': NetworkPolicy 'open'
  found:    a kind that decides about more than the tenant's own pods
  expected: workloads with their Services, settings, volumes, disruption budgets, alerts and monitors
  hint:     declare a route or a flow instead, or let an application of the platform have it
"""

from platform_stack import Cluster, Platform, Tenant


def everything(chart, context):
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "open"}}
    chart.add(policy | {"spec": {"podSelector": {}, "ingress": [{}]}})


shop = Tenant(name="shop", group="shop-team", contact="shop@example.test", manifests=everything)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), tenants=(shop,), clusters=(cluster,))
