"""Observability: a tenant's rules and dashboards say nothing in the name of others."""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.gatekeeper import Constraint
from platform_stack.integrations.grafana import DASHBOARD_LABEL, FOLDER

_MOST_RULES = 100
"""In one PrometheusRule: more than any of the platform's charts has."""

_RULES = Constraint(
    kind="PlatformTenantRules",
    match=("monitoring.coreos.com/PrometheusRule",),
    schema={"most": {"type": "integer"}},
    parameters={"most": _MOST_RULES},
    # Prometheus' operator writes the namespace into selectors and results, but not into names and templates.
    # The pattern is Go's template syntax: in an action, outside of its strings, a function of that name.
    rego=r"""
refused contains message if {
    some group in reviewed.spec.groups
    some rule in group.rules
    rule.record
    not startswith(rule.record, own)
    message := sprintf(
        "the recorded series %q could be taken for the platform's: begin its name with %q.", [rule.record, own],
    )
}

refused contains message if {
    some group in reviewed.spec.groups
    some rule in group.rules
    some field in ["annotations", "labels"]
    some name, text in rule[field]
    regex.match(concat("", [`\{\{(?:(?:`, outside_of_strings, `)*?[^.$\w"'\x60}])?query\b`]), text)
    message := sprintf("the template of %q calls query, which reads every namespace: use $value and $labels.", [name])
}

refused contains message if {
    some group in reviewed.spec.groups
    group.interval
    not slow(group.interval)
    message := sprintf(
        "the group %q has the interval %q: leave it out, or write 30s or more in one unit, such as 1m.",
        [group.name, group.interval],
    )
}

refused contains message if {
    number := count([rule | some group in reviewed.spec.groups; some rule in group.rules])
    number > input.parameters.most
    message := sprintf(
        "it has %d rules, %d are the most: write a second PrometheusRule.", [number, input.parameters.most],
    )
}

outside_of_strings := `[^"'\x60}]|"(?:\\.|[^"\\])*"|\x60[^\x60]*\x60|'(?:\\.|[^'\\])*'`

own := concat("", [replace(reviewed.metadata.namespace, "-", "_"), ":"])

slow(interval) if regex.match(`^([3-9][0-9]|[1-9][0-9]{2,4})s$`, interval)

slow(interval) if regex.match(`^[1-9][0-9]{0,3}[mh]$`, interval)
""",
)

((_LABEL, _),) = DASHBOARD_LABEL.items()

_DASHBOARDS = Constraint(
    kind="PlatformTenantDashboards",
    match=("/ConfigMap",),
    schema={"label": {"type": "string"}, "folder": {"type": "string"}},
    parameters={"label": _LABEL, "folder": FOLDER},
    # Where a dashboard's uid stands: in a dashboard itself, and in one written as a resource of Grafana's API.
    rego="""
refused contains message if {
    is_dashboard
    not reviewed.metadata.annotations[input.parameters.folder] == reviewed.metadata.namespace
    message := sprintf(
        "a dashboard lies in the folder of its namespace: set the annotation %s: %s.",
        [input.parameters.folder, reviewed.metadata.namespace],
    )
}

refused contains message if {
    is_dashboard
    some field in ["data", "binaryData"]
    some key, _ in reviewed[field]
    endswith(key, ".url")
    message := sprintf(
        "the key %q makes Grafana's sidecar fetch an address: put the dashboard itself into %q.",
        [key, trim_suffix(key, ".url")],
    )
}

refused contains message if {
    is_dashboard
    some key, _ in reviewed.binaryData
    message := sprintf("the key %q of binaryData cannot be judged: put the dashboard into data.", [key])
}

refused contains message if {
    is_dashboard
    some key, text in reviewed.data
    endswith(key, ".json")
    not json.is_valid(text)
    message := sprintf("%q is not JSON.", [key])
}

refused contains message if {
    is_dashboard
    some key, text in reviewed.data
    endswith(key, ".json")
    json.is_valid(text)
    some path in [["uid"], ["metadata", "name"], ["spec", "uid"]]
    uid := object.get(json.unmarshal(text), path, "")
    not uid in {"", null, reviewed.metadata.namespace}
    not startswith(uid, concat("", [reviewed.metadata.namespace, "_"]))
    message := sprintf(
        "the uid %v in %q could be another team's: leave it out, or begin it with %s_.",
        [uid, key, reviewed.metadata.namespace],
    )
}

is_dashboard if _ = reviewed.metadata.labels[input.parameters.label]
""",
)

OBSERVABILITY = (
    Policy(
        name="tenant-rules-are-their-own",
        engine="gatekeeper",
        severity="high",
        protects_from=(
            "A recorded series that is called like the platform's fires the platform's alerts, or keeps them from "
            "firing; a template that queries shows other namespaces' metrics; rules each second cost everybody's."
        ),
        asks=(
            "A tenant's PrometheusRule records series under the namespace's name, queries nothing in templates, and "
            "is evaluated twice a minute at most."
        ),
        hint="Selectors are kept to the namespace by Prometheus' operator: they need no label for it.",
        judges=(
            "PrometheusRule spec.groups.interval",
            "PrometheusRule spec.groups.rules.annotations",
            "PrometheusRule spec.groups.rules.labels",
            "PrometheusRule spec.groups.rules.record",
        ),
        rule=_RULES,
        tenants=Action.DENY,
        platform=None,
    ),
    Policy(
        name="tenant-dashboards-are-their-own",
        engine="gatekeeper",
        severity="high",
        protects_from=(
            "A dashboard takes the place of another team's, Grafana's sidecar writes any file of its pod, or fetches "
            "what Grafana reaches and the tenant does not."
        ),
        asks=(
            "A tenant's dashboard lies in the folder of its namespace, has a uid that begins with the namespace's name "
            "or none, and is JSON in the ConfigMap itself."
        ),
        hint="See docs/guides/add-a-tenant.md, where a dashboard is described.",
        judges=("ConfigMap metadata.annotations", "ConfigMap data", "ConfigMap binaryData"),
        rule=_DASHBOARDS,
        tenants=Action.DENY,
        platform=None,
    ),
)
