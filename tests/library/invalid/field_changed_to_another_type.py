"""apps/__main__.py:18: platform: facts
  found:    'imports/facts' (str)
  expected: a Path
  hint:     did you mean Path('imports/facts')?
apps/__main__.py:18: platform: tenants
  found:    a list
  expected: a tuple of Tenant
  hint:     write (…) instead of the other brackets, (…,) for one
"""

import dataclasses

from platform_stack import Application, Cluster, Namespace, Platform

cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
web = Application(name="web", namespaces=(Namespace(name="web"),))
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
PLATFORM = dataclasses.replace(PLATFORM, facts="imports/facts", tenants=[])
