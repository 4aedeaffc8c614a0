"""Teams that work on the platform: one module a tenant, listed in `__main__.py`."""
