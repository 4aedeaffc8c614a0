"""apps/__main__.py:11: route 'shop': name
  found:    a second route named 'shop' (the first: apps/__main__.py:11)
  expected: a name of its own for each route
"""

from platform_stack import Application, Cluster, Namespace, Platform, Route, Service


def application(name):
    route = Route(host="shop", service=Service(name=name, namespace=name, port=80))
    return Application(name=name, namespaces=(Namespace(name=name),), routes=(route,))


cluster = Cluster(name="kind", repo_url="https://git.example.test/platform")
PLATFORM = Platform(applications=(application("web"), application("store")), clusters=(cluster,))
