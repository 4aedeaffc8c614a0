"""Argo CD: the Applications, projects, annotations and health checks by which it runs dist/."""
