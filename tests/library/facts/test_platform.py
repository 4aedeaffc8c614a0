"""Recording one application asks for its own chart only: what others provide is read from their recorded facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import Application, Chart, Cluster, Namespace, Platform
from platform_stack.facts import ChartFacts, CustomResource, Rendered, platform, write

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MONITOR = CustomResource("monitoring.coreos.com", "ServiceMonitor", "servicemonitors", "Namespaced", ("v1",))


def facts(chart: str, *kinds: CustomResource) -> ChartFacts:
    rendered = {"laptop": Rendered("", ()), "ha": Rendered("", ())}
    return ChartFacts(chart, "https://charts.example.test", "1.0.0", "", kinds, {"type": "object"}, rendered)


def application(name: str, **more: Any) -> Application:  # noqa: ANN401  what a Chart takes
    chart = Chart(repository="https://charts.example.test", name=name, version="1.0.0", **more)
    return Application(name=name, namespaces=(Namespace(name=name),), charts=(chart,))


def test_only_what_is_asked_for_is_rendered(no_facts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(no_facts / "operator" / "operator.json", facts("operator", MONITOR))
    described = Platform(
        applications=(application("operator", custom_resources_with_bootstrap=True), application("web")),
        clusters=(Cluster(name="kind", repo_url="https://git.example.test/platform"),),
        facts=no_facts,
    )
    asked: dict[str, list[str]] = {}

    def record(_helm: str, _charts: Path, **about: Any) -> ChartFacts:  # noqa: ANN401  as `record` takes them
        asked[about["application"]] = about["api_versions"]
        return facts(about["chart"])

    monkeypatch.setattr(platform, "record", record)
    written = platform.record_platform(described, "helm", no_facts, only=("web",))
    assert asked == {"web": ["monitoring.coreos.com/v1", "monitoring.coreos.com/v1/ServiceMonitor"]}
    assert written == [no_facts / "web" / "web.json"]
    assert (no_facts / "operator" / "operator.json").exists()
