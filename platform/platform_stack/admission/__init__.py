"""Policies, made into what the engines read, and judged by the engines' own programs."""

from platform_stack.admission.compiler import Asked, Made, compiled
from platform_stack.admission.exceptions import Excepted, exceptions
from platform_stack.estate import Estate

__all__ = ["Asked", "Estate", "Excepted", "Made", "compiled", "exceptions"]
