"""apps/__main__.py:28: application 'shop': namespaces
  found:    a Namespace
  expected: a tuple of Namespace
  hint:     a tuple of one has a comma: (…,)
apps/__main__.py:28: application 'shop': depends_on
  found:    an Application
  expected: a tuple of Application or text
  hint:     a tuple of one has a comma: (…,)
apps/__main__.py:28: application 'shop': routes
  found:    a Route
  expected: a tuple of Route
  hint:     a tuple of one has a comma: (…,)
apps/__main__.py:28: application 'shop': provides
  found:    'shop.example.test/Order' (str)
  expected: a tuple of text
  hint:     a tuple of one has a comma: ('shop.example.test/Order',)
apps/__main__.py:28: application 'shop': flows
  found:    a tuple
  expected: a function of (context)
  hint:     did you mean flows=lambda context: …?
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service

cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
web = Service(name="web", namespace="web", port=80)
store = Application(name="store", namespaces=(Namespace(name="store"),))
shop = Application(
    name="shop",
    namespaces=(Namespace(name="web")),
    depends_on=(store),
    routes=(Route(host="web", service=web)),
    provides=("shop.example.test/Order"),
    flows=(),
)
PLATFORM = Platform(applications=(shop,), clusters=(cluster,))
