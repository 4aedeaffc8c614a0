"""apps/__main__.py:12: alert 'WebDown': severity
  found:    warn
  expected: 'critical', 'warning' or 'info'
  hint:     did you mean 'warning'?
apps/__main__.py:12: alert 'WebDown': duration
  found:    '15 minutes'
  expected: a duration such as '10m' or '1h30m'
"""

from platform_stack import Alert

alert = Alert(
    name="WebDown",
    expr="up == 0",
    summary="It is down.",
    hint="Look at its pods.",
    severity="warn",
    duration="15 minutes",
)
