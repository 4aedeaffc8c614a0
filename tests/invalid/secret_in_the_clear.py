"""apps/__main__.py:8: Secret 'admin': keys: password
  found:    a str
  expected: a Generated, Given, Fixed or Template
"""

from platform_stack import Secret

SECRET = Secret(name="admin", namespace="web", keys={"password": "hunter2"})
