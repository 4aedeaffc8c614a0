"""Argo CD's health check of Kyverno's policies, in Lua."""

KYVERNO_POLICY_HEALTH = """\
hs = {}
hs.status = "Progressing"
hs.message = "waiting for Kyverno"
if obj.status ~= nil and obj.status.conditionStatus ~= nil then
  hs.message = obj.status.conditionStatus.message or ""
  if obj.status.conditionStatus.ready then
    hs.status = "Healthy"
  end
end
return hs
"""
"""A Kyverno policy is Healthy when Kyverno says that it is ready; Argo CD has no check for this group."""
