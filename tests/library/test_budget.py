from __future__ import annotations

from platform_stack.budget import Request, pod_request


def container(cpu: str, memory: str, **more: str) -> dict[str, object]:
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}}, **more}


def test_a_pod_asks_for_the_sum_of_its_containers() -> None:
    assert (
        str(pod_request({"containers": [container("10m", "16Mi"), container("5m", "8Mi")]})) == "15m / 24Mi"
    )


def test_an_init_container_counts_if_it_asks_for_more_than_all_that_run_later() -> None:
    pod = {"initContainers": [container("100m", "8Mi")], "containers": [container("10m", "16Mi")]}
    assert str(pod_request(pod)) == "100m / 16Mi"


def test_a_sidecar_counts_like_a_container() -> None:
    pod = {
        "initContainers": [container("10m", "40Mi", restartPolicy="Always")],
        "containers": [container("10m", "16Mi")],
    }
    assert str(pod_request(pod)) == "20m / 56Mi"


def test_no_requests_are_none() -> None:
    assert pod_request({"containers": [{}]}) == Request()
