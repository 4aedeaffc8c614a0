from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_stack import PlatformError
from platform_stack.model import waves


def test_a_wave_is_the_longest_chain_of_dependencies() -> None:
    graph = {"a": (), "b": ("a",), "c": ("a", "b"), "d": ()}
    assert waves(graph) == {"a": 0, "b": 1, "c": 2, "d": 0}


def test_a_cycle_is_printed() -> None:
    with pytest.raises(PlatformError, match="a cycle: b -> c -> b"):
        waves({"a": ("b",), "b": ("c",), "c": ("b",)})


def test_an_application_that_depends_on_itself_is_a_cycle() -> None:
    with pytest.raises(PlatformError, match="a cycle: a -> a"):
        waves({"a": ("a",)})


def test_an_unknown_dependency_suggests_the_nearest_name() -> None:
    with pytest.raises(PlatformError, match="did you mean 'cert-manager'"):
        waves({"kong": ("cert-manger",), "cert-manager": ()})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(PlatformError) as caught:
        waves({"a": ("b",), "b": ("a",), "c": ("d",), "d": ("c", "e")})
    found = [finding.found for finding in caught.value.findings]
    assert found == [
        "a cycle: a -> b -> a",
        "a cycle: c -> d -> c",
        "'e', which is not an application of this platform",
    ]


def test_a_chain_longer_than_pythons_recursion_limit_is_no_problem() -> None:
    chain = {f"n{i}": (f"n{i - 1}",) if i else () for i in range(5000)}
    assert waves(dict(reversed(chain.items())))["n4999"] == 4999


@st.composite
def acyclic_graphs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    size = draw(st.integers(1, 12))
    order = draw(st.permutations([f"n{i}" for i in range(size)]))
    edges = {
        name: tuple(draw(st.lists(st.sampled_from(order[:i]), unique=True))) if i else ()
        for i, name in enumerate(order)
    }
    return {name: edges[name] for name in draw(st.permutations(order))}


@given(acyclic_graphs())
def test_every_dependency_is_in_an_earlier_wave_and_none_waits_longer_than_it_must(
    graph: dict[str, tuple[str, ...]],
) -> None:
    result = waves(graph)
    assert list(result) == list(graph)
    for name, needs in graph.items():
        assert result[name] == 1 + max((result[need] for need in needs), default=-1)


@given(acyclic_graphs(), st.data())
def test_the_order_of_the_list_does_not_matter(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    names = data.draw(st.permutations(list(graph)))
    assert waves({name: graph[name] for name in names}) == waves(graph)


@given(acyclic_graphs(), st.data())
def test_an_edge_back_is_always_found_and_the_printed_cycle_is_one(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    start = data.draw(st.sampled_from(sorted(graph)))
    reachable = {start}
    while True:
        more = {need for name in reachable for need in graph[name]} - reachable
        if not more:
            break
        reachable |= more
    end = data.draw(st.sampled_from(sorted(reachable)))
    graph = {**graph, end: (*graph[end], start)}
    with pytest.raises(PlatformError) as error:
        waves(graph)
    cycle = error.value.findings[0].found.removeprefix("a cycle: ").split(" -> ")
    assert cycle[0] == cycle[-1]
    assert all(later in graph[earlier] for earlier, later in itertools.pairwise(cycle))
