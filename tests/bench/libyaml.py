"""What only writing costs: the same objects into the same files, by PyYAML with libyaml and nothing else.

`python libyaml.py COUNT FOLDER GENERATED`: GENERATED is the folder of bench_objects.py, which is generated.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml


class Dumper(yaml.CSafeDumper):
    """Blocks for long text and no aliases, as platform_stack.yaml_output."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _represent_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, _represent_text)


def main() -> None:
    """Write COUNT applications below FOLDER."""
    count, folder, generated = sys.argv[1:]
    sys.path.insert(0, generated)
    from bench_objects import files  # type: ignore[import-not-found] # noqa: PLC0415  generated

    top = Path(folder)
    made = set()
    for number in range(int(count)):
        for path, manifest in files(f"made-up-{number:05}"):
            text = yaml.dump(manifest, Dumper=Dumper, sort_keys=False, width=110, allow_unicode=True)
            target = top / path
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            target.write_bytes(text.encode())


if __name__ == "__main__":
    main()
