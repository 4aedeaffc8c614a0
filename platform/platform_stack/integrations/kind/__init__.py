"""KIND, Kubernetes in Docker: the configuration of a cluster, and what it holds by itself."""
