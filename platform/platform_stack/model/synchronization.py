"""How Argo CD syncs an application: what it leaves alone, and when it waits for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from platform_stack.errors import called_from, fail
from platform_stack.model.checked import checked
from platform_stack.model.names import check_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from platform_stack.model.cluster import Cluster
    from platform_stack.model.names import Kind, Text


def _check_jq_path(where: str, value: object) -> None:
    check_type(where, value, str, "text: a jq path such as '.spec.replicas'")
    if not str(value).startswith("."):
        fail(where, repr(value), "a jq path, which begins with '.'")


JqPath = Annotated[str, _check_jq_path]


@checked("ignored differences")
@dataclass(frozen=True, kw_only=True)
class IgnoreDifferences:
    """Fields that somebody else than git writes at run time, and that Argo CD must leave alone.

    Attributes:
        group: API group; empty for the core group.
        kind: kind of the object.
        name: name of the object; default: every object of that kind.
        jq_path_expressions: the fields, as jq paths.
        because: who writes them.

    """

    group: str
    kind: Kind
    jq_path_expressions: tuple[JqPath, ...]
    because: Text
    name: Text | None = None

    def __post_init__(self) -> None:
        """Check that there is a field."""
        if not self.jq_path_expressions:
            where = f"{called_from()}: ignored differences of {self.kind}: jq_path_expressions"
            fail(where, "none", "at least one jq path")


@checked("synchronization")
@dataclass(frozen=True, kw_only=True)
class Synchronization:
    """How an Argo CD Application is synced.

    Attributes:
        ignore_differences: fields that Argo CD leaves to whoever writes them at run time; default: none.
        annotations: further annotations of the Application, such as its compare options; default: none.
        manual: says why it is not synced by itself on a cluster, or None where it is; default: it is everywhere.

    """

    ignore_differences: tuple[IgnoreDifferences, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)
    manual: Callable[[Cluster], str | None] = field(default=lambda _cluster: None)
