"""Argo CD: the Applications, projects, annotations and health checks by which it runs dist/."""

NAMESPACE = "argocd"
"""Where its own guides and charts' examples install it."""
