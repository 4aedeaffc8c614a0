"""apps/__main__.py:14: route 'My Grafana': host
  found:    My Grafana
  expected: a DNS label: lower-case letters, digits and '-', at most 63, a letter or digit at both ends
  hint:     did you mean 'my-grafana'?
apps/__main__.py:14: route 'My Grafana': plugins
  found:    'basic-auth' (str)
  expected: a tuple of text
  hint:     a tuple of one has a comma: ('basic-auth',)
"""

from platform_stack import Route, Service

grafana = Service(name="grafana", namespace="monitoring", port=80)
route = Route(host="My Grafana", service=grafana, plugins=("basic-auth"))
