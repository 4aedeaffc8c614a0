"""The policy engines' own programs, built from the Go modules in the folder engines beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.engines import BUILD, Engine, build

_MODULES = Path(__file__).resolve().parent / "engines"
_OUTPUT = BUILD / "policies"
_KYVERNO = "github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno"
_GATOR = "github.com/open-policy-agent/gatekeeper/v3/cmd/gator"

ENGINES = {
    # The same modules make the controllers that the lab runs.
    "kyverno": Engine(_MODULES / "kyverno", _OUTPUT, ("kubectl-kyverno",), packages=(_KYVERNO,)),
    "gatekeeper": Engine(_MODULES / "gator", _OUTPUT, ("gator",), packages=(_GATOR,)),
}


def build_engines() -> None:
    """Build both unless they are current; the first build of Kyverno takes a quarter of an hour."""
    for name, engine in ENGINES.items():
        if build(engine, _OUTPUT / f"{engine.name}.log"):
            sys.stdout.write(f"built {name}'s program\n")
