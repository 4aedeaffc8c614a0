"""Keys that a values file shows only in comments, such as ``# loadBalancerIP: 10.0.0.1``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from platform_stack.facts.shape_nodes import ValuePath

_COMMENTED_KEY = re.compile(
    r"""^(?P<indent>\s*)\#+(?P<space>\s*)(?P<quote>["']?)"""
    r"""(?P<key>[a-z][\w./-]*)(?P=quote):(?:\s|$)"""
)
_PARAMETER = re.compile(r"^\s*#+\s*@param\s+(?P<path>[\w.-]+)\s")
_SCHEMA_COMMENT = re.compile(r"^\s*#\s*@schema\b")
_PROSE = frozenset({"default", "defaults", "e.g", "eg", "example", "examples", "i.e", "note", "ref", "see"})
"""Words before a colon that are prose in charts' comments, not keys."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A mapping in the file: where it is, the column of its keys, and its lines, the last excluded."""

    path: ValuePath
    column: int
    first: int
    end: int


def commented_keys(text: str) -> set[ValuePath]:
    """Find the keys that are commented out in a values file, and those that ``@param`` comments name.

    A comment's key belongs to a mapping around the comment if the ``#``, or the key behind it, stands in
    the column of that mapping's keys. What is only an example of a neighbour's content looks the same, so
    some keys are found that the chart does not read.

    Raises:
        yaml.YAMLError: the text is no YAML.

    """
    node = yaml.compose(text, yaml.CSafeLoader)
    blocks = _blocks(node, (), 0, text.count("\n") + 2) if isinstance(node, yaml.MappingNode) else []
    found: set[ValuePath] = set()
    in_schema = False
    for number, line in enumerate(text.splitlines()):
        if _SCHEMA_COMMENT.match(line):  # two such lines enclose a JSON Schema, not values
            in_schema = not in_schema
        elif parameter := _PARAMETER.match(line):
            found.add(tuple(parameter["path"].split(".")))
        elif not in_schema and (match := _COMMENTED_KEY.match(line)) and match["key"] not in _PROSE:
            columns = {len(match["indent"]) + 1 + len(match["space"])}
            if len(match["space"]) <= 1:
                columns.add(len(match["indent"]))
            found |= {
                (*block.path, match["key"])
                for block in blocks
                if block.column in columns and block.first <= number < block.end
            }
    return found


def _blocks(node: yaml.MappingNode, path: ValuePath, first: int, end: int) -> list[_Block]:
    """Give a block mapping and those in it; one starts at the line of the key that it is the value of."""
    if node.flow_style:
        return []
    blocks = [_Block(path, node.start_mark.column, first, end)]
    for key, value in node.value:
        if isinstance(value, yaml.MappingNode) and isinstance(key, yaml.ScalarNode):
            own = value.start_mark.line >= key.start_mark.line  # an alias is somewhere else
            if own:
                blocks += _blocks(value, (*path, str(key.value)), key.start_mark.line, value.end_mark.line)
    return blocks
