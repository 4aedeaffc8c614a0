"""What a product is: one module each, whose functions make the roles of the application that installs it.

An application takes a role from here (`roles=(istio.mesh(sidecar=…),)`); whoever needs what the role is asks the
platform for it, and names no product.
"""
