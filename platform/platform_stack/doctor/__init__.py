"""What a machine needs before bootstrap.sh, checked all at once: one function a subject."""

from __future__ import annotations

from platform_stack.doctor.check import Diagnosis
from platform_stack.doctor.git import check_git
from platform_stack.doctor.machine import check_machine
from platform_stack.doctor.network import check_network
from platform_stack.doctor.tools import check_tools

__all__ = ["Diagnosis", "check_git", "check_machine", "check_network", "check_tools"]
