"""apps/__main__.py:8: generated value (a password): length
  found:    8 characters, 48 bits
  expected: at least 96 bits
"""

from platform_stack import Generated

PASSWORD = Generated(what="a password", length=8)
