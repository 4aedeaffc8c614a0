"""apps/__main__.py:12: namespace: arguments
  found:    1 without a name
  expected: each with its name
  hint:     known: name, pod_security, because, mesh, outside_mesh_because, annotations, existing
apps/__main__.py:12: namespace: name
  found:    nothing
  expected: text
"""

from platform_stack import Application, Namespace, Platform

web = Application(name="web", namespaces=(Namespace("web"),))
PLATFORM = Platform(applications=(web,), clusters=())
