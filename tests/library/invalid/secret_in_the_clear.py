"""apps/__main__.py:8: Secret 'admin': keys: password
  found:    a str
  expected: a Generated, a Given, a Fixed or a Template
"""

from platform_stack import Secret

SECRET = Secret(name="admin", namespace="web", keys={"password": "hunter2"})
