"""`python -m tests.lab`: the whole GitOps loop on loopback, with the real engines and no containers.

Exit code: 0 when every assertion holds, 1 when one does not, 2 when the lab itself could not go on.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.errors import PlatformError
from platform_stack.model.cluster import PROFILES
from tests.engines import ROOT, build

from . import argocd, assertions, bootstrap, faults, picture, teardown
from .actors import ACTORS, Actors
from .bootstrap import LAST_OF_ARGOCD, Script
from .charts import ChartRepository, find_charts
from .engines import ENGINES, require_tools
from .errors import LabError
from .lab import Lab
from .machine import Machine
from .operators import OPERATORS
from .platform import Platform
from .pods import PodActor
from .processes import Supervisor
from .report import Report
from .repository import Repository
from .sealing import Sealing
from .standins import write_stand_ins
from .timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from .controlplane import ControlPlane

BOOT_SECONDS = 480.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the lab and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.lab", description="The GitOps loop without containers."
    )
    parser.add_argument(
        "--charts", type=Path, metavar="DIR", help="the real charts; default: stand-ins from the facts"
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
    parser.add_argument("--logs", type=Path, default=ROOT / "build" / "lab" / "logs", metavar="DIR")
    parser.add_argument(
        "--boot-only", action="store_true", help="stop after the assertions on the boot: no faults"
    )
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    shutil.rmtree(options.logs, ignore_errors=True)
    options.logs.mkdir(parents=True)
    report = Report(options.logs / "report.txt")
    scratch = Path(tempfile.mkdtemp(prefix="platform-stack-lab-"))
    try:
        _prepare_engines(report, options.logs)
        _run(report, scratch, options)
    except (LabError, PlatformError) as error:
        report.say(f"STOPPED {error}")
        return 2
    except KeyboardInterrupt:
        report.say("STOPPED by a signal")
        return 2
    except Exception:  # noqa: BLE001 - whatever it is, it is not a verdict on the platform
        report.say(f"STOPPED {traceback.format_exc()}")
        return 2
    finally:
        if options.keep:
            report.say(f"kept {scratch}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)
    report.say(f"logs in {options.logs}")
    sys.stdout.write(f"{report.passed} passed, {report.failed} failed\n")
    return 1 if report.failed else 0


def _prepare_engines(report: Report, logs: Path) -> None:
    require_tools()
    for engine in ENGINES:
        start = time.monotonic()
        if build(engine, logs / f"build-{engine.name}.log"):
            report.say(f"built {engine.name} in {time.monotonic() - start:.0f} s")


def _run(report: Report, scratch: Path, options: argparse.Namespace) -> None:
    with contextlib.ExitStack() as stack:
        lab, script = _start(report, scratch, options, stack)
        if _boot(lab, script, options.logs) and not options.boot_only:
            faults.run(lab)
            teardown.run(lab)
        if options.keep:
            report.say(f"kept running until Ctrl-C: KUBECONFIG={lab.plane.kubeconfig}")
            with contextlib.suppress(KeyboardInterrupt):
                signal.pause()
        lab.timeline.end()
        bootstrap.remove(lab, script)


def _start(
    report: Report, scratch: Path, options: argparse.Namespace, stack: contextlib.ExitStack
) -> tuple[Lab, Script]:
    """Start everything up to the moment before the root is applied; the stack stops it again, the newest first."""
    supervisor = Supervisor(options.logs)
    stack.callback(supervisor.stop)
    charts = ChartRepository.start(scratch / "charts")
    stack.callback(charts.stop)
    repository = Repository.create(scratch / "repository")
    platform = Platform.load(repository.folder, charts.url, options.profile)
    sealing = Sealing.prepare(platform, scratch, supervisor)
    dist = platform.synth()
    pods = PodActor(held=LAST_OF_ARGOCD)

    def made(plane: ControlPlane) -> None:
        report.say("bootstrap.sh has a cluster")
        sealing.plane = plane
        actors = Actors(plane.api, (pods, sealing, *ACTORS, *OPERATORS), options.logs / "actors.log")
        actors.start()
        stack.callback(actors.stop)

    machine = Machine(supervisor, scratch, sealing.config, made)
    machine.start()
    stack.callback(machine.stop)
    script = Script.install(repository.folder, machine, options.logs / "bootstrap.log")
    stack.callback(script.stop)
    repository.commit("synth")
    if options.charts:
        charts.publish(find_charts(options.charts, dist.charts))
    else:
        charts.publish(write_stand_ins(dist, platform.profile, scratch / "stand-ins"))
    kind = "real charts" if options.charts else "stand-in charts"
    report.say(f"dist/{platform.cluster}: {len(dist.applications)} Applications, {len(dist.charts)} {kind}")
    plane, problems = bootstrap.begin(script)
    report.check("bootstrap.sh up, interrupted, goes on from where it was", problems, look=str(script.log))
    argocd.complete_settings(plane)
    argo = argocd.start(supervisor, plane)
    report.say("Argo CD runs")
    timeline = Timeline(plane.api)
    timeline.begin()
    stack.callback(timeline.end)
    return Lab(
        report, supervisor, plane, charts, repository, platform, dist, argo, pods, timeline, sealing
    ), script


def _boot(lab: Lab, script: Script, logs: Path) -> bool:
    """Let the script hand over, kill the controller in the middle, wait for the end, and check what came of it."""
    lab.before = assertions.inventory(lab)
    lab.timeline.start = time.monotonic()
    lab.pods.held = ""
    faults.kill_controller(lab)
    try:
        took = lab.wait_ready(seconds=BOOT_SECONDS)
        lab.report.check(
            "boot: everything is Synced and Healthy", [], detail=f"{took:.0f} s after the restart"
        )
        complete = True
    except LabError as error:
        complete = lab.report.check("boot: everything is Synced and Healthy", [str(error)], look=lab.look())
    marks = {name: mark for name, mark in lab.timeline.milestones.items() if name != "root"}
    lab.report.say("timeline, seconds since the hand-over:\n" + picture.table(marks, lab.dist.waves))
    title = f"Boot of dist/{lab.platform.cluster} in the lab"
    (logs / "timeline.svg").write_text(picture.svg(marks, lab.dist.waves, title))
    lab.report.check(
        "the controller opened every SealedSecret, owns it, and its values are those that were sealed",
        lab.sealing.opened(lab),
        detail=lab.sealing.detail(lab),
        look=str(logs / "sealed-secrets.log"),
    )
    assertions.after_boot(lab, complete=complete)
    if complete:
        bootstrap.after_boot(lab, script)
    return complete


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
