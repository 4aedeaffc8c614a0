"""Programs from Go modules: what upstream generates before its build, and what is there already."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from platform_stack.errors import PlatformError
from tests.engines import Engine, Generated, build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("go") is None, reason="an engine needs Go")

_PROGRAM = """\
module lab.example/program

go 1.24
"""
_ENGINE = """\
module lab.example/engine

go 1.24

tool lab.example/program

require lab.example/program v0.0.0 // indirect

replace lab.example/program => ../program
"""
_MAIN = """\
package main

import _ "embed"

//go:embed pages/index.html
var page string

func main() { print(page) }
"""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine whose program embeds a page that its module lacks."""
    program, module = tmp_path / "program", tmp_path / "engine"
    for folder, text in ((program, _PROGRAM), (module, _ENGINE)):
        folder.mkdir()
        (folder / "go.mod").write_text(text)
    (program / "main.go").write_text(_MAIN)
    return Engine(module, tmp_path / "output", ("program",))


def test_a_module_that_lacks_a_generated_file_is_built_with_it(engine: Engine) -> None:
    with pytest.raises(PlatformError, match="left with 1"):
        build(engine)
    completed = dataclasses.replace(
        engine, generated=Generated("lab.example/program", (("pages/index.html", "the lab's page"),))
    )

    assert build(completed)

    said = subprocess.run([completed.program("program")], capture_output=True, text=True, check=True).stderr
    assert said == "the lab's page"
    assert not (engine.output / "generated").exists()
    assert not build(completed)
    assert build(
        dataclasses.replace(
            engine, generated=Generated("lab.example/program", (("pages/index.html", "another"),))
        )
    )
