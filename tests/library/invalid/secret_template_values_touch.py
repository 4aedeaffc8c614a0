"""apps/__main__.py:9: template (a file): text
  found:    two values that touch
  expected: a space, a line's end or a quote between two values
"""

from platform_stack import Generated, Template

VALUES = {"a": Generated(what="a key"), "b": Generated(what="a key")}
TEMPLATE = Template(what="a file", text="${a}:${b}", values=VALUES)
