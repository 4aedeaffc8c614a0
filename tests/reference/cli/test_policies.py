"""`platform-stack policies test` with the platform's own policies."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.engines import BUILD, ROOT

POD = """
apiVersion: v1
kind: Pod
metadata: {name: bad}
spec: {containers: [{name: main, image: nginx}]}
"""


@pytest.mark.policies
def test_they_judge_a_users_file() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "platform_stack", "policies", "test", "--json", "-"],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{BUILD / 'policies'}{os.pathsep}{os.environ['PATH']}"},
        input=POD,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert {one["action"] for one in found} == {"deny"}
    assert "disallow-latest-tag" in {one["policy"] for one in found}
    assert all(one["hint"] and one["message"] for one in found)
