"""`python -m tests.lab`: the platform on real nodes, with the real engines, as `bootstrap.sh up` brings it up.

Exit code: 0 when every assertion holds, 1 when one does not, 2 when the lab itself could not go on.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.errors import PlatformError
from platform_stack.model.cluster import PROFILES
from tests.engines import ROOT, build
from tests.flows.judge import JUDGE

from . import sandbox
from .engines import ENGINES, FULL, require_tools
from .errors import LabError
from .platform import REFERENCE
from .probing import PROBER
from .report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

LOGS = ROOT / "build" / "lab" / "logs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the lab and return its exit code: outside, build and enter the sandbox; inside it, everything else."""
    options = _options(arguments)
    scratch = sandbox.inside()
    report = Report(options.logs / "report.txt")
    try:
        if scratch is None:
            shutil.rmtree(options.logs, ignore_errors=True)
            options.logs.mkdir(parents=True)
            sandbox.require()
            require_tools()
            _build(report, options)
            return sandbox.run(sys.argv[1:] if arguments is None else arguments, keep=options.keep)
        from .run import run  # noqa: PLC0415 - not before its namespaces are there

        # SIGINT too: whoever was started in the background begins with it ignored.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        run(report, scratch, options)
    except (LabError, PlatformError) as error:
        report.say(f"STOPPED {error}")
        return 2
    except KeyboardInterrupt:
        report.say("STOPPED by a signal")
        return 2
    except Exception:  # noqa: BLE001 - whatever it is, it is not a verdict on the platform
        report.say(f"STOPPED {traceback.format_exc()}")
        return 2
    report.say(f"logs in {options.logs}")
    sys.stdout.write(report.summary() + "\n")
    return 1 if report.failures else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.lab", description="The platform on real nodes, without Docker."
    )
    parser.add_argument(
        "--platform",
        default=REFERENCE,
        metavar="PACKAGE",
        help="the package that describes the platform, as of `platform-stack --platform`; default: %(default)s",
    )
    parser.add_argument(
        "--charts", type=Path, metavar="DIR", help="the real charts; default: stand-ins from the facts"
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="build and run every program that can be had, not only the engines",
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep the scratch folder and wait at the end until Ctrl-C"
    )
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default="laptop",
        help="the cluster's profile; ha has iSCSI and four nodes",
    )
    parser.add_argument("--logs", type=Path, default=LOGS, metavar="DIR")
    parser.add_argument(
        "--boot-only", action="store_true", help="stop after the assertions on the boot: no faults"
    )
    return parser.parse_args(arguments)


def _build(report: Report, options: argparse.Namespace) -> None:
    for engine in (*ENGINES, JUDGE, PROBER, *(FULL if options.full else ())):
        start = time.monotonic()
        if build(engine, options.logs / f"build-{engine.name}.log"):
            report.say(f"built {engine.name} in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
