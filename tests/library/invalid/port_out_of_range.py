"""apps/__main__.py:8: service 'grafana': port
  found:    99999
  expected: a port from 1 to 65535
"""

from platform_stack import Service

grafana = Service(name="grafana", namespace="monitoring", port=99999)
