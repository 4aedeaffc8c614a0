"""Argo CD's health check of ConstraintTemplates, in Lua."""

CONSTRAINT_TEMPLATE_HEALTH = """\
hs = {}
hs.status = "Progressing"
hs.message = "waiting for the CRD of its constraints"
if obj.status ~= nil and obj.status.created then
  hs.status = "Healthy"
  hs.message = ""
end
return hs
"""
"""A ConstraintTemplate is Healthy when its constraints can be created."""
