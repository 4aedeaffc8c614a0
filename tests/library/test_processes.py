"""Work in several processes is the same work."""

from __future__ import annotations

import os
import signal
import time
from typing import NoReturn

import pytest

from platform_stack import processes
from platform_stack.errors import PlatformError, fail
from platform_stack.processes import spread


@pytest.fixture(autouse=True)
def three_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_cpus", lambda: 3)


def test_results_are_in_the_order_of_the_items() -> None:
    found = spread(lambda number: (number * number, os.getpid()), range(10), 2)
    assert [square for square, _ in found] == [number * number for number in range(10)]
    assert len({pid for _, pid in found}) == 3


@pytest.mark.parametrize(("items", "least"), [(5, 3), (0, 1), (1, 1)])
def test_little_work_stays_in_one_process(items: int, least: int) -> None:
    assert set(spread(lambda _: os.getpid(), range(items), least)) <= {os.getpid()}


def test_work_within_work_stays_in_its_process() -> None:
    found = spread(lambda _: (os.getpid(), spread(lambda _: os.getpid(), range(9), 1)), range(3), 1)
    assert all(set(within) == {pid} for pid, within in found)
    assert len({pid for pid, _ in found}) == 3


def test_an_error_is_told_as_by_one_process() -> None:
    def work(number: int) -> int:
        if number == 1:
            fail("here", number, "another number")
        return number

    with pytest.raises(PlatformError) as error:
        spread(work, range(3), 1)
    assert str(error.value) == "here\n  found:    1\n  expected: another number"


def test_a_process_that_dies_is_made_up_for() -> None:
    here = os.getpid()

    def work(number: int) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    assert spread(work, range(6), 1) == list(range(6))


def test_no_process_outlives_an_error_here(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    fork = os.fork

    def noted() -> int:
        made.append(fork())
        return made[-1]

    monkeypatch.setattr(os, "fork", noted)

    def work(number: int) -> NoReturn:
        if number:
            time.sleep(60)
        raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        spread(work, range(3), 1)
    assert time.monotonic() - start < 30
    assert len(made) == 2
    for pid in made:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert len(set(spread(lambda _: os.getpid(), range(3), 1))) == 3
