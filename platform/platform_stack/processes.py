"""The same work for many things, on every CPU where there is enough of it."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

_spreading = False
"""Whether a `spread` is under way; one within it has no CPU left."""


def spread(work: Callable[[Item], Result], items: Sequence[Item], least: int) -> list[Result]:
    """Return the result of each item, in their order; what `work` changes in this process is not to matter.

    The processes are forked, so that `work` and the items may be anything; the results are pickled. A share that
    fails elsewhere is done again here, so that errors are what they are in one process.

    Args:
        work: makes an item's result. It must not ask cdk8s, whose Node answers one process only.
        items: for which.
        least: how many items are worth a process of their own, which takes about 20 ms.

    """
    global _spreading  # noqa: PLW0603  the processes inherit it
    count = min(_cpus(), len(items) // least)
    if _spreading or count <= 1:
        return [work(item) for item in items]
    shares = [items[number::count] for number in range(count)]
    elsewhere: list[_Process[Item, Result]] = []
    _spreading = True
    try:
        elsewhere += (_begin(work, share) for share in shares[1:])
        done = [[work(item) for item in shares[0]]]
        done += (process.end(work) for process in elsewhere)
    finally:
        _spreading = False
        for process in elsewhere:
            process.stop()
    return [done[number % count][number // count] for number in range(len(items))]


@dataclass
class _Process(Generic[Item, Result]):
    pid: int
    answer: int
    share: Sequence[Item]
    ended: bool = False

    def end(self, work: Callable[[Item], Result]) -> list[Result]:
        with os.fdopen(self.answer, "rb", closefd=False) as stream:
            answer = stream.read()
        _, status = os.waitpid(self.pid, 0)
        os.close(self.answer)
        self.ended = True
        if status:
            return [work(item) for item in self.share]
        result: list[Result] = pickle.loads(answer)  # noqa: S301  our own process wrote it
        return result

    def stop(self) -> None:
        """End a process that nobody waits for any more."""
        if not self.ended:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.answer)


def _begin(work: Callable[[Item], Result], share: Sequence[Item]) -> _Process[Item, Result]:
    answer, question = os.pipe()
    pid = os.fork()
    if pid:
        os.close(question)
        return _Process(pid, answer, share)
    # Whatever happens here ends here: without what the other process does at its end, and without a word.
    try:
        with os.fdopen(question, "wb") as stream:
            stream.write(pickle.dumps([work(item) for item in share]))
        os._exit(0)
    finally:
        os._exit(1)


def _cpus() -> int:
    # Elsewhere a fork beside threads, such as jsii's, is not safe (https://docs.python.org/3/library/os.html#os.fork).
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
