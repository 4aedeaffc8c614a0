"""What a product is: one module each, whose functions make the roles of the application that installs it.

An application takes a role from here (`roles=(istio.mesh(sidecar=…),)`); whoever needs what the role is asks the
platform for it, and names no product.
"""

READ_BY = {
    "gateway.networking.k8s.io/HTTPRoute": "Gateway",
    "monitoring.coreos.com/PodMonitor": "Scraper",
    "monitoring.coreos.com/ServiceMonitor": "Scraper",
    "networking.k8s.io/Ingress": "Gateway",
}
"""The role of who reads objects of a kind: without one they say something that nobody hears."""
