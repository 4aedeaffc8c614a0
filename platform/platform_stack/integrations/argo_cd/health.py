"""Argo CD health checks, in Lua, that make a sync wave of the root Application wait for the one before.

Argo CD has no health check for Application since 1.8 and none for ApplicationSet: without these a wave is
over as soon as its objects exist
(https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#argocd-app).
"""

from platform_stack.labels import APPLICATIONS, GATE_EXEMPT

_EXEMPT = f"""\
hs = {{}}
local annotations = obj.metadata.annotations or {{}}
if annotations["{GATE_EXEMPT}"] ~= nil then
  hs.status = "Healthy"
  hs.message = "holds up no wave: " .. annotations["{GATE_EXEMPT}"]
  return hs
end
hs.status = "Progressing"
"""

APPLICATION_HEALTH = (
    _EXEMPT
    + """\
hs.message = "no health yet"
if obj.status ~= nil and obj.status.health ~= nil and obj.status.health.status ~= nil then
  hs.status = obj.status.health.status
  hs.message = obj.status.health.message or ""
end
if hs.status == "Healthy" and (obj.status.sync == nil or obj.status.sync.status ~= "Synced") then
  hs.status = "Progressing"
  hs.message = "not synced yet"
end
return hs
"""
)
"""An Application is Healthy when it is Synced and Healthy, or exempt; otherwise as its own status says."""

APPLICATION_SET_HEALTH = (
    _EXEMPT
    + f"""\
local status = obj.status or {{}}
for _, condition in ipairs(status.conditions or {{}}) do
  if condition.type == "ErrorOccurred" and condition.status == "True" then
    hs.status = "Degraded"
    hs.message = condition.message
    return hs
  end
end
local found = 0
for _, resource in ipairs(status.resources or {{}}) do
  local health = (resource.health or {{}}).status
  if resource.status ~= "Synced" or health ~= "Healthy" then
    hs.message = "waiting for Application " .. resource.name
    return hs
  end
  found = found + 1
end
local wanted = tonumber(annotations["{APPLICATIONS}"] or "1")
if found < wanted then
  hs.message = found .. " of " .. wanted .. " Applications exist"
  return hs
end
hs.status = "Healthy"
hs.message = found .. " Applications are Synced and Healthy"
return hs
"""
)
"""An ApplicationSet is Healthy when each of its Applications is Synced and Healthy, or it is exempt."""

INGRESS_HEALTH = """\
hs = {}
hs.status = "Healthy"
hs.message = "served by whoever owns its class"
return hs
"""
"""An Ingress is Healthy as it is: Argo CD's own check waits for an address, which comes with the gateway."""
