from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.bench import sources, trees
from tests.bench.errors import BenchError
from tests.bench.measure import Command, Run, Series, alternate
from tests.bench.report import Goal, Table, as_text

if TYPE_CHECKING:
    from pathlib import Path

NAME = "made-up-00001"
ITEM = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": NAME, "namespace": NAME},
    "data": {"url": f"https://{NAME}.test/{NAME}", f"{NAME}.conf": 'a "b"\n', "on": [True, None, 1.5]},
}


def test_the_generated_python_makes_the_same_object_for_another_name() -> None:
    module: dict[str, object] = {}
    exec(sources.python({f"apps/{NAME}.yaml": ITEM}, NAME), module)  # noqa: S102  what the contender does
    files = module["files"]
    assert callable(files)
    expected = json.loads(json.dumps(ITEM).replace(NAME, "other"))
    assert files("other") == [("apps/other.yaml", expected)]


def test_typescript_and_jsonnet_read_json_with_the_name_as_an_expression() -> None:
    for source in (sources.typescript({"f": ITEM}, NAME), sources.jsonnet({"f": ITEM}, NAME)):
        assert NAME not in source
        assert '"https://" + name + ".test/" + name + ""' in source
        assert '["" + name + ".conf"]: "a \\"b\\"\\n"' in source


def written(folder: Path, item: dict[str, object]) -> Path:
    (folder / "other").mkdir()
    (folder / "other" / "file.yaml").write_text(yaml.dump(item))
    return folder


def test_equal_objects_are_accepted_whatever_the_file_is_called(tmp_path: Path) -> None:
    item = json.loads(json.dumps(ITEM).replace(NAME, "other"))
    item["metadata"]["annotations"] = {}
    trees.check_objects(written(tmp_path, item), "other", {"any": ITEM}, NAME)


@pytest.mark.parametrize("change", [{"data": {}}, {"kind": "Secret"}])
def test_other_objects_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    item = json.loads(json.dumps(ITEM).replace(NAME, "other")) | change
    with pytest.raises(BenchError, match="other objects than ours"):
        trees.check_objects(written(tmp_path, item), "other", {"any": ITEM}, NAME)


def python(label: str, code: str, tmp_path: Path) -> Command:
    return Command(label, (sys.executable, "-c", code), tmp_path / label, tmp_path)


def test_commands_take_turns_and_a_slow_or_broken_one_is_left_out(tmp_path: Path) -> None:
    note = "open('log', 'a').write('{} ')"
    commands = [
        python("a", note.format("a"), tmp_path),
        python("slow", "import time; time.sleep(60)", tmp_path),
        python("broken", "raise SystemExit('why')", tmp_path),
        python("b", note.format("b"), tmp_path),
    ]
    a, slow, broken, b = alternate(commands, rounds=2, limit=2)
    assert (tmp_path / "log").read_text() == "a b a b a b "
    assert [len(series.runs) for series in (a, slow, broken, b)] == [2, 0, 0, 2]
    assert slow.skipped == "took longer than 2 s"
    assert broken.skipped.endswith("exit code 1: why\n")


def test_a_ratio_is_the_median_of_pairs_not_the_ratio_of_medians() -> None:
    ours = Series("ours", [Run(1, 1), Run(20, 1), Run(6, 1)])
    base = Series("base", [Run(1, 1), Run(10, 1), Run(2, 1)])
    assert ours.median / base.median == 3
    assert ours.ratio_to(base) == 2
    text = as_text([Table("both", [ours, base], "base")], [Goal("time", 2.0, 1.5), Goal("other", None, 1.0)])
    assert "| ours | 6,000 | 1,000 | 1,000 | 3 | 2.00 |" in text
    assert "MISSED: time: 2.00, at most 1.50" in text
    assert "not measured: other" in text


def test_a_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    def tree(folder: str, name: str, content: str) -> Path:
        (tmp_path / folder / "sub").mkdir(parents=True)
        (tmp_path / folder / "sub" / name).write_text(content)
        return tmp_path / folder

    found = [
        trees.digest(tree(*one))
        for one in (("a", "x", "1"), ("b", "x", "1"), ("c", "y", "1"), ("d", "x", "2"))
    ]
    assert found[0] == found[1]
    assert len(set(found)) == 3
