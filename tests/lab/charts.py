"""A chart repository on loopback: the real charts of a folder, or stand-ins written from the recorded facts."""

from __future__ import annotations

import functools
import http.server
import subprocess
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .engines import HELM
from .errors import fail

if TYPE_CHECKING:
    from pathlib import Path

    from .dist import ChartPin


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line on standard error for each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


@dataclass
class ChartRepository:
    """A static Helm repository: packages and an index.yaml in a folder, over HTTP."""

    folder: Path
    server: http.server.ThreadingHTTPServer

    @classmethod
    def start(cls, folder: Path) -> ChartRepository:
        """Serve a folder, empty for now, on a free port of loopback."""
        folder.mkdir(parents=True)
        handler = functools.partial(_Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, name="charts", daemon=True).start()
        return cls(folder, server)

    @property
    def url(self) -> str:
        """Return the repository's address, as Applications name it."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, sources: dict[tuple[str, str], Path]) -> None:
        """Package the charts, each a folder or a .tgz by (name, version), and write the index."""
        for (chart, version), source in sorted(sources.items()):
            if source.is_dir():
                helm("package", str(source), "--destination", str(self.folder))
            else:
                (self.folder / source.name).write_bytes(source.read_bytes())
            if not self.package(chart, version).is_file():
                fail(
                    f"chart {chart}",
                    f"{source} holds another version",
                    f"version {version}, which dist/ asks for",
                    "give the charts at the pins of the platform",
                )
        helm("repo", "index", str(self.folder), "--url", self.url)

    def package(self, chart: str, version: str) -> Path:
        """Return where the package of a chart lies."""
        return self.folder / f"{chart}-{version}.tgz"

    def stop(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()


def find_charts(folder: Path, pins: tuple[ChartPin, ...]) -> dict[tuple[str, str], Path]:
    """Find each chart in a folder of the real ones: NAME/Chart.yaml or NAME-VERSION.tgz, at any depth below it."""
    found: dict[tuple[str, str], Path] = {}
    for pin in pins:
        archive = next(iter(sorted(folder.rglob(f"{pin.chart}-{pin.version}.tgz"))), None)
        unpacked = folder / pin.chart
        if archive is not None:
            found[pin.chart, pin.version] = archive
        elif (unpacked / "Chart.yaml").is_file():
            found[pin.chart, pin.version] = unpacked
        else:
            fail(
                f"chart {pin.chart} {pin.version}",
                f"neither {pin.chart}/ nor {pin.chart}-{pin.version}.tgz in {folder}",
                "every chart that dist/ asks for",
                "leave --charts away to use stand-ins",
            )
    return found


def helm(*arguments: str) -> str:
    """Run the helm that was built here and return its output."""
    result = subprocess.run(
        [str(HELM.program("helm")), *arguments], check=False, capture_output=True, text=True
    )
    if result.returncode != 0:
        fail(f"helm {arguments[0]}", result.stderr.strip()[-600:], "success", " ".join(arguments))
    return result.stdout
