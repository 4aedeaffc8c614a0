"""What a product is: all that the library knows of each, one module or package of its name.

Each makes the roles that its application has for the others (`platform_stack.model.roles`).
"""

READ_BY = {
    "gateway.networking.k8s.io/HTTPRoute": "Gateway",
    "monitoring.coreos.com/PodMonitor": "Scraper",
    "monitoring.coreos.com/ServiceMonitor": "Scraper",
    "networking.k8s.io/Ingress": "Gateway",
}
"""The role of who reads objects of a kind: without one they say something that nobody hears."""
