"""Policies, compiled for the engines that ask them."""

from platform_stack.estate import Estate
from platform_stack.policies.compiler import compiled
from platform_stack.policies.exceptions import Excepted, exceptions

__all__ = ["Estate", "Excepted", "compiled", "exceptions"]
