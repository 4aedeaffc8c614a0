"""What a product is: one module each, which makes the roles of the application that runs it.

Nothing else in `platform_stack` knows a product. Each module's public names are for the descriptions of platforms.
"""

READ_BY = {
    "gateway.networking.k8s.io/HTTPRoute": "Gateway",
    "monitoring.coreos.com/PodMonitor": "Scraper",
    "monitoring.coreos.com/ServiceMonitor": "Scraper",
    "networking.k8s.io/Ingress": "Gateway",
}
"""The role of who reads objects of a kind: without one they say something that nobody hears."""
