"""Starts programs, keeps their logs, and stops exactly those it started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import fail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

GRACE_SECONDS = 8.0
# The engines live for minutes: memory is cheaper here than the collector's share of two cores.
GO_RUNTIME = {"GOGC": "400"}


@dataclass(eq=False)
class Process:
    """One running program: its command, its environment and where its output goes."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    log: Path
    popen: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """Return the process id, which is also the id of its process group."""
        return self.popen.pid


@dataclass
class Supervisor:
    """Every process of one run. Each gets a process group of its own, so that its children go with it."""

    logs: Path
    processes: list[Process] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, name: str, command: Sequence[str], environment: dict[str, str] | None = None) -> Process:
        """Start a program in the background; its output is appended to logs/NAME.log."""
        log = self.logs / f"{name}.log"
        full = {**os.environ, **GO_RUNTIME, **(environment or {})}
        with log.open("ab") as stream:
            popen = subprocess.Popen(
                command,
                env=full,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        process = Process(name, command, environment or {}, log, popen)
        with self.lock:
            self.processes.append(process)
        return process

    def check(self) -> None:
        """Fail when a process that should run has ended."""
        with self.lock:
            ended = [each for each in self.processes if each.popen.poll() is not None]
        for process in ended:
            fail(
                f"process {process.name}",
                f"it left with {process.popen.returncode}",
                "it to run until the lab stops it",
                f"read {process.log}; its last line: {last_line(process.log)}",
            )

    def stop(self) -> None:
        """Stop everything that was started, the newest first, and wait until it is gone."""
        with self.lock:
            running = [each for each in reversed(self.processes) if each.popen.poll() is None]
            self.processes.clear()
        for process in running:
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.popen.wait(max(0.0, deadline - time.monotonic()))
        for process in running:
            # The group may outlive its leader (git and helm under the repo server).
            _signal(process, signal.SIGKILL)
            process.popen.wait()


def free_port() -> int:
    """Return a TCP port on loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(
    what: str, condition: Callable[[], bool], *, seconds: float, hint: str, interval: float = 0.5
) -> float:
    """Poll a condition until it holds; return the seconds it took, or fail with what was waited for."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            fail(what, f"not so after {seconds:.0f} s", "it to become true", hint)
        time.sleep(interval)
    return time.monotonic() - start


def listens(port: int) -> bool:
    """Say whether something accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def last_line(log: Path) -> str:
    """Return the last line of a log that is not empty, shortened to 300 characters."""
    lines = (
        [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        if log.exists()
        else []
    )
    return lines[-1][-300:] if lines else "(empty)"


def _signal(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
