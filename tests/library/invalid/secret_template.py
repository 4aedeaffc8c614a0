"""apps/__main__.py:8: template (a file): text
  found:    the names acess
  expected: those of the values: access
"""

from platform_stack import Generated, Template

TEMPLATE = Template(what="a file", text="key=${acess}", values={"access": Generated(what="a key")})
