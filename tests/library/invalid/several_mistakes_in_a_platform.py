"""apps/__main__.py:43: application 'one': depends_on
  found:    a cycle: one -> two -> one
  expected: dependencies without a cycle
  hint:     remove one of these dependencies
apps/__main__.py:45: application 'web': depends_on
  found:    'stroe', which is not an application of this platform
  expected: the name of an application in the platform's list
  hint:     did you mean 'store'?
apps/__main__.py:46: application 'store': namespaces
  found:    namespace 'web', which 'web' owns (apps/__main__.py:45)
  expected: one owner for each namespace
  hint:     add 'web' to shares_namespaces_of and depends_on instead
apps/__main__.py:46: route 'shop': name
  found:    a second route named 'shop' (the first: apps/__main__.py:45)
  expected: a name of its own for each route
apps/__main__.py:47: application 'jobs': chart 'jobs': namespace
  found:    oen
  expected: a namespace that the application owns or shares
  hint:     did you mean 'one'?
apps/__main__.py:47: application 'jobs': shares_namespaces_of
  found:    'one', which it does not depend on
  expected: a direct dependency: a namespace must be there before others use it
  hint:     add 'one' to depends_on
apps/__main__.py:48: application 'web': name
  found:    a second application named 'web' (the first: apps/__main__.py:45)
  expected: a name of its own for each application
apps/__main__.py:49: AppProject 'store': name
  found:    a second AppProject named 'store' (the first: apps/__main__.py:46)
  expected: a name of its own for each AppProject
apps/__main__.py:51: cluster 'kind': name
  found:    a second cluster named 'kind' (the first: apps/__main__.py:51)
  expected: a name of its own for each cluster
"""

from platform_stack import Application, Chart, Cluster, Namespace, Platform, Route, Service, Tenant


def chart(name, namespace=""):
    return Chart(repository="https://charts.example.test", name=name, version="1.0.0", namespace=namespace)


shop = Route(host="shop", service=Service(name="web", namespace="web", port=80))
one = Application(name="one", namespaces=(Namespace(name="one"),), depends_on=("two",))
two = Application(name="two", namespaces=(Namespace(name="two"),), depends_on=("one",))
web = Application(name="web", namespaces=(Namespace(name="web"),), depends_on=("stroe",), routes=(shop,))
store = Application(name="store", namespaces=(Namespace(name="web"),), routes=(shop,))
jobs = Application(name="jobs", namespaces=(), charts=(chart("jobs", "oen"),), shares_namespaces_of=(one,))
books = Application(name="web", namespaces=(Namespace(name="books"),))
team = Tenant(name="store", group="shop-team", contact="shop@example.test", namespaces=("team",))
cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(
    applications=(one, two, web, store, jobs, books), tenants=(team,), clusters=(cluster, cluster)
)
