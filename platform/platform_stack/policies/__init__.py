"""Policies, compiled for the engines that ask them."""

from platform_stack.policies.compiler import compiled
from platform_stack.policies.estate import Estate

__all__ = ["Estate", "compiled"]
