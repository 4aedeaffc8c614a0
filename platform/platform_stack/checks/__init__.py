"""Rules that a platform must obey: all of them are in RULES.

A rule is a function of the estate that yields findings. Synth refuses what a rule finds, so that nothing wrong is ever
written; it tells what a rule warns of. `platform-stack check` asks the rest too.
"""

from platform_stack.checks.rules import RULES, Phase, Rule, errors, findings, warnings

__all__ = ["RULES", "Phase", "Rule", "errors", "findings", "warnings"]
