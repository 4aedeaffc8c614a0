"""From declared flows to network policies.

`pods` knows who there is, `derive` what the objects ask for, `resolve` makes flows between pods of both, and
`policies` makes NetworkPolicies and CiliumNetworkPolicies of them.
"""
