"""apps/__main__.py:10: route 'grafana.platform.test': host
  found:    grafana.platform.test
  expected: the first part of a host's name, without a dot
  hint:     did you mean 'grafana'? The cluster's domain follows by itself
"""

from platform_stack import Route, Service

grafana = Service(name="grafana", namespace="monitoring", port=80)
route = Route(host="grafana.platform.test", service=grafana)
