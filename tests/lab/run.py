"""One run of the lab, inside its sandbox: boot, look, break, remove."""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
from typing import TYPE_CHECKING, Any

from tests.engines import BUILD, ROOT

from . import (
    actors,
    admission,
    argocd,
    assertions,
    bootstrap,
    carrier,
    charts,
    datapath_asked,
    faults,
    measured,
    picture,
    runtime,
    scraped,
    teardown,
)
from .actors import Actors
from .authority import Authority
from .bootstrap import Script
from .charts import ChartRepository
from .dns import NameServer
from .errors import LabError
from .images import plan, store
from .lab import Lab
from .machine import Machine
from .measured import Memory
from .network import Network
from .platform import Platform, kernel_has_wireguard
from .repository import Repository
from .sealing import Sealing
from .standins import write_stand_ins
from .timeline import Timeline
from .web import Web
from .workloads import cluster_pods, pod_specs

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .controlplane import ControlPlane
    from .dist import Dist
    from .report import Report

# What a busy machine may take; two idle cores need a third of it.
BOOT_SECONDS = 1200.0
IMAGES = BUILD / "lab" / "images"
GUIDE = ROOT / "docs" / "guides" / "lab.md"
BEGIN, END = "<!-- images: made by the lab -->", "<!-- end of images -->"


def run(report: Report, scratch: Path, options: argparse.Namespace) -> None:
    """Boot the platform and check it; then, unless only the boot is wanted, the faults and the removal."""
    with contextlib.ExitStack() as stack:
        lab, script = _start(report, scratch, options, stack)
        if _boot(lab, script) and not options.boot_only:
            faults.run(lab)
            teardown.run(lab)
        if options.keep:
            report.say(
                "kept running until Ctrl-C: "
                f"nsenter --target {_outside(lab)} --net --mount --pid kubectl --kubeconfig={script.kubeconfig}"
            )
            with contextlib.suppress(KeyboardInterrupt):
                signal.pause()
        lab.timeline.end()
        bootstrap.remove(lab, script)


def _start(
    report: Report, scratch: Path, options: argparse.Namespace, stack: contextlib.ExitStack
) -> tuple[Lab, Script]:
    """Start everything up to the moment when bootstrap.sh has applied Argo CD; the stack stops it again."""
    network = Network()
    network.create()
    authority = Authority.load()
    names = NameServer(network.gateway, network.names)
    names.start()
    stack.callback(names.stop)
    repository = Repository.create(scratch / "git" / "repository")
    web = Web(network.gateway, scratch / "git", scratch / "charts")
    web.start(authority, scratch)
    stack.callback(web.stop)
    platform = Platform.load(options.platform, repository.folder, web.url, options.profile)
    sealing = Sealing.prepare(platform, scratch)
    dist = platform.synth()
    if not kernel_has_wireguard():
        report.say(
            "this kernel has no WireGuard: Cilium's encryption between nodes is off, its one changed value"
        )
    index = ChartRepository(web.charts, f"{web.url}/charts")
    real = _publish(index, platform, dist, options.charts, scratch)
    carried = (
        carrier.objects(platform.declared.clusters[0], scratch / "carrier") if carrier.is_needed(dist) else []
    )
    if carried:
        report.say(carrier.SAID)
    made = runtime.workloads(platform)
    specs = [*cluster_pods(), *pod_specs([*charts.rendered(dist, index), *carried, *made])]
    specs += pod_specs(item for _, item in dist.everything)
    root, programs = _images(report, specs, platform, full=options.full)

    def created(plane: ControlPlane) -> None:
        report.say(f"kind create cluster: {', '.join(node.name for node in plane.nodes)} are up")
        for item in carried:
            plane.api.apply(item)
        operators = (
            *actors.actors(plane, authority, programs),
            *runtime.operators(platform, authority),
        )
        running = Actors(plane.api, operators, options.logs / "actors.log")
        running.start()
        stack.callback(running.stop)

    machine = Machine(network, authority, scratch, sealing.config, root, created, no_kube_proxy=bool(carried))
    stack.callback(lambda: _collect(machine, options.logs))
    machine.start()
    stack.callback(machine.stop)
    script = Script.install(platform, machine, options.logs / "bootstrap.log")
    stack.callback(script.stop)
    repository.commit("synth")
    report.say(
        f"dist/{platform.cluster}: {len(dist.applications)} Applications, {len(dist.charts)} charts, "
        f"{real} of them real, the others stand-ins"
    )
    plane, problems = bootstrap.begin(script, platform, dist)
    report.check("bootstrap.sh up, interrupted, goes on from where it was", problems, look=str(script.log))
    memory = Memory(plane, scratch.name)
    memory.start()
    stack.callback(memory.stop)
    timeline = Timeline(plane.api, argocd.path(dist.argocd_namespace))
    timeline.begin()
    stack.callback(timeline.end)
    lab = Lab(
        report,
        plane,
        web,
        repository,
        platform,
        dist,
        timeline,
        sealing,
        names,
        memory,
        programs,
        options.logs,
    )
    return lab, script


def _publish(
    index: ChartRepository, platform: Platform, dist: Dist, given: Path | None, scratch: Path
) -> int:
    """Fill the chart repository: with the charts of a folder, or with stand-ins where no Go module has the real one.

    Returns how many are real.
    """
    if given:
        sources = real = charts.find_charts(given, dist.charts)
    else:
        sources = write_stand_ins(dist, platform.declared.facts, platform.profile, scratch / "stand-ins")
        real = charts.module_charts(dist.charts, scratch / "modules")
        sources |= real
    index.publish(sources)
    return len(real)


def _images(
    report: Report, specs: Iterable[Mapping[str, Any]], platform: Platform, *, full: bool
) -> tuple[Path, frozenset[str]]:
    """Make the image of every container that there will be; return a containerd's root, and which are programs."""
    start = time.monotonic()
    planned = plan.plan(specs, full=full)
    root = store.prepare(BUILD / "lab" / "store", [plan.write(IMAGES, each) for each in planned])
    programs = sum(each.recipe is not None for each in planned)
    took = time.monotonic() - start
    report.say(f"{len(planned)} images, {programs} with the program, the others a stand-in: {took:.0f} s")
    table = plan.table(planned)
    made = report.file.parent / "images.md"
    made.write_text(table)
    # The guide speaks of the reference platform on the laptop and of the engines; the rest is said here.
    if platform.is_reference and platform.profile == "laptop" and not full:
        said = GUIDE.read_text().partition(BEGIN)[2].partition(END)[0].strip()
        report.check(
            "docs/guides/lab.md says which image holds what",
            [] if said == table.strip() else ["its table is not the one that was made"],
            look=f"{made}: put it between the two comments of the guide",
        )
    return root, frozenset(str(each.reference) for each in planned if each.recipe is not None)


def _boot(lab: Lab, script: Script) -> bool:
    """Wait until the script has handed over, break its first sync, wait for the end, and check what came of it."""
    lab.wait(
        "bootstrap.sh to hand over",
        lambda: lab.timeline.states().get("root") is not None,
        seconds=BOOT_SECONDS,
    )
    lab.before = assertions.inventory(lab)
    lab.timeline.start = time.monotonic()
    faults.kill_controller(lab)
    complete = False
    try:
        took = lab.wait_ready(seconds=BOOT_SECONDS)
        complete = lab.report.check(
            "boot: everything is Synced and Healthy", [], detail=f"{took:.0f} s after the restart"
        )
    except LabError as error:
        lab.report.check("boot: everything is Synced and Healthy", [str(error)], look=lab.look())
    marks = {name: mark for name, mark in lab.timeline.milestones.items() if name != "root"}
    lab.report.say("timeline, seconds since the hand-over:\n" + picture.table(marks, lab.dist.waves))
    title = f"Boot of dist/{lab.platform.cluster} in the lab"
    (lab.logs / "timeline.svg").write_text(picture.svg(marks, lab.dist.waves, title))
    assertions.after_boot(lab, complete=complete)
    if complete:
        if lab.platform.declared.policies:
            admission.after_boot(lab)
        datapath_asked.after_boot(lab)
        if lab.platform.is_reference:
            scraped.after_boot(lab)
        measured.after_boot(lab)
        bootstrap.after_boot(lab, script)
    return complete


def _collect(machine: Machine, logs: Path) -> None:
    """Keep the nodes' logs, and end the nodes."""
    if machine.plane is None:
        return
    for node in machine.plane.nodes:
        target = logs / node.name
        if node.logs.is_dir():
            shutil.copytree(node.logs, target, symlinks=True, dirs_exist_ok=True)
    machine.plane.stop()


def _outside(lab: Lab) -> str:
    """Return how the machine outside calls a process of the lab: by the name of its scratch folder."""
    return f"$(pgrep --full --oldest {lab.repository.folder.parents[1].name})"
