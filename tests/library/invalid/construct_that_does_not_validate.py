"""cdk8s
  found:    Error: Validation failed with the following errors:
  [kind.web] a replica count of 0 serves nobody
  expected: constructs that pass their own validation
"""

import constructs
import jsii

from platform_stack import Application, Cluster, Namespace, Platform


@jsii.implements(constructs.IValidation)
class Never:
    def validate(self):
        return ["a replica count of 0 serves nobody"]


def manifests(chart, context):
    chart.node.add_validation(Never())


web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests)
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(web,), clusters=(cluster,))
