"""Manifests and values as YAML that every parser reads the same way."""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml import CSafeDumper

HEADER = "# Made by platform-stack synth: edit apps/ instead.\n"

# PyYAML writes YAML 1.1; Kubernetes, Helm and Argo CD read it with go-yaml. These look like text to the one
# and like a number or a bool to the other (https://yaml.org/type/bool.html, https://yaml.org/spec/1.2.2/#10214).
_AMBIGUOUS = re.compile(
    r"[yYnN]|[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|0[obxOBX][0-9a-fA-F_]+"
)


class _Dumper(CSafeDumper):
    """libyaml's emitter; long text as blocks, no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _represent_text(dumper: CSafeDumper, text: str) -> yaml.ScalarNode:
    if "\n" in text:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
    if text and text[0] in "0123456789+-.yYnN" and _AMBIGUOUS.fullmatch(text):
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text)


_Dumper.add_representer(str, _represent_text)


def to_yaml(*documents: Any) -> bytes:  # noqa: ANN401  whatever YAML can hold
    """Return the documents as UTF-8 YAML with a header line; keys keep their order.

    Raises:
        yaml.YAMLError: something in a document is neither map, list, text, number, bool nor null.

    """
    body = yaml.dump_all(
        documents,
        Dumper=_Dumper,
        sort_keys=False,
        width=110,
        allow_unicode=True,
        explicit_start=len(documents) > 1,
    )
    return (HEADER + body).encode()
