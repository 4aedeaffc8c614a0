"""apps/__main__.py:9: quota: memory
  found:    2 GB
  expected: a Kubernetes quantity of bytes such as '512Mi' or '1Gi'
"""

from platform_stack import Cluster, Platform, Quota, Tenant

shop = Tenant(
    name="shop", group="shop-team", contact="shop@example.test", quota=Quota(memory="2 GB", cpu="1")
)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(), tenants=(shop,), clusters=(cluster,))
