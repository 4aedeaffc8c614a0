"""apps/__main__.py:8: application 'web': namespaces
  found:    nothing
  expected: a tuple of Namespace
"""

from platform_stack import Application, Platform

web = Application(name="web")
PLATFORM = Platform(applications=(web,), clusters=())
