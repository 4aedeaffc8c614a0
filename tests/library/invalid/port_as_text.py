"""apps/__main__.py:9: service 'grafana': port
  found:    '80' (str)
  expected: a port from 1 to 65535
  hint:     did you mean 80, without quotes?
"""

from platform_stack import Service

grafana = Service(name="grafana", namespace="monitoring", port="80")
