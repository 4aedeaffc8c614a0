"""Snapshots of objects, one YAML file each, checked by the API's own schema where the project has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from platform_stack.schemas import validate
from platform_stack.yaml_output import HEADER, to_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class YamlFile(SingleFileSnapshotExtension):
    file_extension = "yaml"
    _write_mode = WriteMode.TEXT


def text(manifest: Mapping[str, Any]) -> str:
    assert validate(dict(manifest)) == []
    return to_yaml(dict(manifest)).decode().removeprefix(HEADER)
