"""From declared flows to network policies.

`pods` knows who there is, `derive` what the objects ask for, `resolve` makes flows between pods of both, `policies`
makes network policies of them, and `mesh` what a sidecar lets in; a policy is asked for as a `permission`, or as
`arrivals` at a sidecar. `table` shows them to people.
"""
