"""From declared flows to network policies.

`pods` knows who there is, `derive` what the objects ask for, `resolve` makes flows between pods of both,
`contradictions` refuses what cannot all be true, `policies` makes NetworkPolicies and CiliumNetworkPolicies of them,
and `mesh` what a sidecar lets in.
"""
