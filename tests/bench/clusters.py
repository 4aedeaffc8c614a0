"""This repository's platform on many clusters.

`python -m tests.bench.clusters COUNT CPUS FOLDER` is the process that is measured.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import sys
from pathlib import Path

from platform_stack.synth import load_cdk8s


def main() -> None:
    """Write COUNT clusters below FOLDER, on CPUS processors at most, as the command `synth` would."""
    count, cpus, folder = sys.argv[1:]
    gc.disable()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cpus)])
    load_cdk8s()
    from apps.__main__ import PLATFORM  # noqa: PLC0415  while Node starts, as the command does

    cluster = PLATFORM.clusters[0]
    clusters = tuple(dataclasses.replace(cluster, name=f"bench-{number:03}") for number in range(int(count)))
    dataclasses.replace(PLATFORM, clusters=clusters).synth(Path(folder))


if __name__ == "__main__":
    main()
