"""What each pinned chart makes: recorded once with helm, then read without it.

``read`` gives the facts of one release; the other modules record them:

* ``store``: the file, one a release.
* ``source``: a chart on disk, as a folder or a package.
* ``render`` and ``recorder``: helm, and the facts made of what it prints.
* ``skeleton`` and ``scope``: what of a rendered object is kept.
* ``shape``, ``shape_nodes``, ``commented_keys``, ``template_syntax``, ``template_usage``: which values a
  chart takes.
* ``check``: values against that shape.

Importing this package imports ``store`` alone, so that reading facts costs no more than reading JSON.
"""

from __future__ import annotations

from platform_stack.facts.errors import FactsError
from platform_stack.facts.store import (
    ChartFacts,
    CustomResource,
    Manifest,
    Rendered,
    read,
    values_digest,
    write,
)

__all__ = [
    "ChartFacts",
    "CustomResource",
    "FactsError",
    "Manifest",
    "Rendered",
    "read",
    "values_digest",
    "write",
]
