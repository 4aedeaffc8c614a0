"""Whatever stands in a field of a public class, the library says what is wrong, and where the user wrote it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import platform_stack
from platform_stack import (
    Action,
    Alert,
    Application,
    ArgoCd,
    Backend,
    CertificateIssuer,
    Chart,
    Cluster,
    Context,
    Dashboards,
    DataSource,
    Finding,
    Fixed,
    Gateway,
    Generated,
    Given,
    IgnoreDifferences,
    MetricsEndpoint,
    Namespace,
    NetworkEngine,
    Panel,
    Platform,
    PlatformError,
    Policy,
    PolicyException,
    Quota,
    Repository,
    Route,
    RunTime,
    RuntimeWorkload,
    Scraper,
    Secret,
    Selected,
    Service,
    Sidecar,
    Synchronization,
    Template,
    Tenant,
    TraceCollector,
    WantedRoute,
)
from platform_stack.errors import short_path
from platform_stack.integrations import gatekeeper, istio, kyverno, sealed_secrets
from platform_stack.model import flow

if TYPE_CHECKING:
    from collections.abc import Iterator

CLUSTER = Cluster(name="kind", repo_url="https://git.example.test/platform")
SERVICE = Service(name="web", namespace="web", port=80)
WEB = Application(name="web", namespaces=(Namespace(name="web"),))
PLATFORM = Platform(applications=(WEB,), clusters=(CLUSTER,), facts=Path("facts"), secrets=Path("secrets"))
CHECK = kyverno.Check(expression="true", message="it is not.")
SIDECAR = Sidecar(cpu="5m", memory="16Mi", known_idle="40-60Mi")
PUBLISHER = kyverno.Publisher(
    name="us", images=("ghcr.io/us/*",), issuer="https://vouch.example.test", subject="us"
)

HANDED_OUT = {
    platform_stack.Arrivals,
    platform_stack.Estate,
    platform_stack.Interception,
    platform_stack.Permission,
    platform_stack.PodMetadata,
}
"""What functions of the user get from the library, or give back to it: its fields are not checked."""

EXAMPLES: tuple[Any, ...] = (
    CLUSTER,
    SERVICE,
    WEB,
    WEB.namespaces[0],
    PLATFORM,
    CHECK,
    PUBLISHER,
    ArgoCd(),
    Context(PLATFORM, CLUSTER),
    Chart(repository="https://charts.example.test", name="web", version="1.2.3"),
    DataSource(name="Metrics", uid="metrics", type="prometheus", service=SERVICE),
    RuntimeWorkload(
        name="web", namespace="web", kind="Deployment", labels={}, ports={"http": 80}, cpu="1", memory="1Gi"
    ),
    RunTime(),
    Synchronization(),
    SIDECAR,
    Backend(host="", namespace="web", service="web", port=80),
    Gateway(
        kinds=("networking.k8s.io/Ingress",),
        backends=lambda _item: (),
        writes=lambda _wanted: ({"kind": "A"},),
    ),
    CertificateIssuer(annotations={}),
    MetricsEndpoint(selects="Pod", selector={}, namespaces=None, port=80, port_of="Pod"),
    Scraper(kinds=("monitoring.coreos.com/PodMonitor",), endpoints=lambda _monitor: ()),
    Dashboards(),
    TraceCollector(),
    NetworkEngine(),
    Selected(),
    istio.mesh(sidecar=SIDECAR),
    IgnoreDifferences(group="", kind="Secret", jq_path_expressions=(".data",), because="it is made there"),
    Route(host="web", service=SERVICE),
    flow.Pods(),
    flow.Everything(namespace="web"),
    flow.Holders(TraceCollector),
    flow.Names(("github.com",)),
    flow.Networks(("192.0.2.0/24",)),
    flow.Wider(because="its addresses change"),
    flow.Flow(source=flow.Pods(), target=flow.Entity.WORLD, ports=(80,), because="it asks"),
    Generated(what="a password"),
    Given(what="a key", variable="KEY"),
    Fixed(what="a name", value="us"),
    Template(what="both", text="${name}", values={"name": Fixed(what="a name", value="us")}),
    Secret(name="web", namespace="web", keys={"name": Fixed(what="a name", value="us")}),
    Quota(),
    Panel("Requests", "up"),
    Alert("WebDown", "up == 0", "It is down.", "Look at it."),
    Repository(name="web", url="https://git.example.test/web"),
    Tenant(name="shop", group="shop", contact="shop"),
    kyverno.Match(),
    kyverno.Validation(checks=(CHECK,)),
    kyverno.Mutation(match=kyverno.Match(), expression="Object{}"),
    kyverno.Generation(match=kyverno.Match(), templates=({"kind": "ConfigMap"},)),
    kyverno.ImageVerification(publisher=PUBLISHER),
    kyverno.policy_engine(),
    gatekeeper.policy_engine(),
    sealed_secrets.secret_opener(),
    gatekeeper.Constraint(kind="Named", match=("/Service",), cel=(("true", '"it is not."'),)),
    Policy(
        name="named",
        severity="low",
        protects_from="Confusion.",
        asks="A name.",
        hint="Name it.",
        judges=("Service metadata.name",),
        rule=kyverno.Validation(checks=(CHECK,)),
        engine="kyverno",
        tenants=Action.DENY,
        platform=None,
    ),
    PolicyException(policy="named", kind="Service", name="web", because="It has none.", owner="us"),
)

FIELDS = [
    pytest.param(example, field, id=f"{type(example).__name__}.{field.name}")
    for example in EXAMPLES
    for field in dataclasses.fields(example)
    if field.init
]

NEVER: tuple[object, ...] = (
    object(),
    1.5,
    1j,
    b"text",
    Decimal(1),
    dt.date(2026, 1, 1),
    {1, 2},
    Finding,
    (object(),),
    {"key": object()},
    {1: "value"},
    lambda: None,
)
"""What no field takes."""

PLAIN: dict[str, tuple[object, ...]] = {
    "tuple": ((), ("",)),
    "Mapping": ({}, {"key": "value"}),
    "Callable": (lambda *_: None,),
    "str": ("", "text"),
    "int": (-1, 0, 1, 99999),
    "bool": (True, False),
    "None": (None,),
    "list": ([], ["text"]),
}
"""What some fields take, by the word for it in an annotation."""

WORDS = {
    "tuple": r"tuple",
    "Mapping": r"Mapping|Values",
    "Callable": r"Callable",
    "str": r"str|Text|DnsLabel|DnsName|GitUrl|ChartUrl|NetworkRange|Cores|Bytes|Kind|CustomKind|Duration"
    r"|Host|Scheme|Uid",
    "int": r"int|Port",
    "bool": r"bool",
    "None": r"None|DeclaredProtection",
}


def outer_words(annotation: str) -> set[str]:
    """Return the words of PLAIN that a field of this annotation may take, by what stands outside of brackets."""
    while (outside := re.sub(r"\[[^\[\]]*\]", "", annotation)) != annotation:
        annotation = outside
    return {word for word, names in WORDS.items() if re.search(rf"\b({names})\b", annotation)}


def wrong_values(field: dataclasses.Field[Any]) -> Iterator[object]:
    words = outer_words(str(field.type))
    yield from NEVER
    for word, values in PLAIN.items():
        if word not in words:
            yield from values


def make(cls: type, arguments: dict[str, object]) -> object:
    return cls(**arguments)


def change(example: Any, name: str, value: object) -> object:  # noqa: ANN401  one of EXAMPLES
    return dataclasses.replace(example, **{name: value})


def findings(example: object, arguments: dict[str, object]) -> tuple[Finding, ...]:
    try:
        make(type(example), arguments)
    except PlatformError as error:
        return error.findings
    return ()


def place(function: Any) -> str:  # noqa: ANN401  one of the two above
    return f"{short_path(__file__)}:{function.__code__.co_firstlineno + 1}: "


def arguments_of(example: Any) -> dict[str, object]:  # noqa: ANN401  one of EXAMPLES
    return {field.name: getattr(example, field.name) for field in dataclasses.fields(example) if field.init}


def test_there_is_an_example_of_each_public_class() -> None:
    public = [getattr(platform_stack, name) for name in platform_stack.__all__]
    described = {each for each in public if isinstance(each, type) and dataclasses.is_dataclass(each)}
    made_by_users = described - {Finding, WantedRoute, platform_stack.Estate, *HANDED_OUT}
    assert made_by_users <= {type(example) for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_an_example_is_right(example: object) -> None:
    assert type(make(type(example), arguments_of(example))) is type(example)


@pytest.mark.parametrize(("example", "field"), FIELDS)
def test_a_value_of_another_type_is_refused(example: object, field: dataclasses.Field[Any]) -> None:
    values = list(wrong_values(field))
    assert len(values) > len(NEVER)
    for value in values:
        with pytest.raises(PlatformError) as error:
            make(type(example), {**arguments_of(example), field.name: value})
        assert all(each.where.startswith(place(make)) for each in error.value.findings), value
        assert any(re.search(rf": {field.name}\b", each.where) for each in error.value.findings), value
        with pytest.raises(PlatformError) as error:
            change(example, field.name, value)
        assert all(each.where.startswith(place(change)) for each in error.value.findings), value
        assert all(len(str(each)) < 500 for each in error.value.findings), value


ANYTHING = st.recursive(
    st.one_of(
        st.text(),
        st.integers(),
        st.booleans(),
        st.none(),
        st.floats(),
        st.binary(),
        st.dates(),
        st.sampled_from([*EXAMPLES, *Action, *flow.Entity, lambda *_: (), Finding]),
    ),
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.lists(inside, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.text(), st.integers()), inside, max_size=3),
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_breaks_the_library(example: object, data: st.DataObject) -> None:
    arguments = arguments_of(example)
    name = data.draw(st.sampled_from(sorted(arguments)))
    value = data.draw(ANYTHING)
    assert all(each.where.startswith(place(make)) for each in findings(example, {**arguments, name: value}))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_unknown_and_missing_arguments_are_named(example: object) -> None:
    arguments = arguments_of(example)
    for name in arguments:
        with pytest.raises(PlatformError) as error:
            make(type(example), {**arguments, f"{name}x": None})
        (finding,) = error.value.findings
        assert finding.where.startswith(place(make))
        assert finding.where.endswith(f"{name}x")
        assert finding.hint == f"did you mean {name!r}?"
    required = {
        field.name
        for field in dataclasses.fields(example)  # type: ignore[arg-type]  # one of EXAMPLES
        if field.init and field.default is field.default_factory is dataclasses.MISSING
    }
    assert {each.where.rsplit(" ", 1)[1] for each in findings(example, {})} == required


def test_arguments_without_a_name() -> None:
    with pytest.raises(PlatformError, match="each with its name"):
        Namespace("web")  # type: ignore[call-arg]  # the mistake
    with pytest.raises(PlatformError, match="at most 2: platform, cluster"):
        Context(PLATFORM, CLUSTER, CLUSTER)  # type: ignore[call-arg]  # the mistake
    with pytest.raises(PlatformError, match="two values"):
        flow.Names(("github.com",), names=("github.com",))  # type: ignore[misc]  # the mistake


def test_all_that_is_wrong_with_an_object_is_told_at_once() -> None:
    with pytest.raises(PlatformError) as error:
        Route(host="My Grafana", service=80, plugins="basic-auth", plugin="")  # type: ignore[arg-type,call-arg]
    assert [each.where.rsplit(" ", 1)[1] for each in error.value.findings] == [
        "host",
        "service",
        "plugins",
        "plugin",
    ]


def test_a_value_of_a_secret_is_not_printed() -> None:
    for keys in ({"password": "hunter2"}, "hunter2", ("hunter2",)):
        with pytest.raises(PlatformError) as error:
            Secret(name="web", namespace="web", keys=keys)  # type: ignore[arg-type]  # the mistake
        assert "hunter2" not in str(error.value)


LIBRARY = Path(platform_stack.__file__).parent
PACKAGES = (
    LIBRARY.parent
    / "platform_stack_extra"
    / "services.py",  # beside the library, with a name that begins like its
    Path("/srv/venv/lib/python3.11/site-packages/house/services.py"),
    Path(dataclasses.__file__).parent / "site-packages" / "house" / "services.py",
    Path("/srv/lib/services.py"),
)


@pytest.mark.parametrize("path", PACKAGES, ids=str)
@pytest.mark.parametrize(
    "mistake",
    [
        "platform_stack.Service(name='web', namespace='web', port=0)",
        "dataclasses.replace(service, port=0)",
        "functools.partial(platform_stack.Service, name='web', namespace='web')(port=0)",
        "platform_stack.model.flow.uses_api_server(1)",
    ],
)
def test_the_place_is_the_users_whatever_package_it_is_in(path: Path, mistake: str) -> None:
    code = compile(f"import dataclasses, functools, platform_stack.model.flow\n{mistake}", str(path), "exec")
    with pytest.raises(PlatformError) as error:
        exec(code, {"service": SERVICE, "__name__": "house.services"})  # noqa: S102  code of another package
    assert str(error.value).startswith(f"{short_path(path)}:2: ")


@pytest.mark.parametrize(
    ("value", "path", "found"),
    [
        ({"a": {"b": [1, {"c": {1}}]}}, "a.b[1].c", "a set"),
        ({"a": b"x"}, "a", "b'x' (bytes)"),
        ({"a": dt.date(2026, 1, 1)}, "a", "a date"),
        ({"a": [(1, 2)]}, "a[0]", "a tuple"),
        ({"a": {1: "x", "1": "y"}}, "a", "the key 1 (int)"),
        ({True: "x"}, "", "the key True (bool)"),
        ({"a": float("nan")}, "a", "nan (float)"),
        ({"a": lambda: 1}, "a", "a function"),
        ({"a": SERVICE}, "a", "a Service"),
    ],
)
def test_helm_values_are_plain_data(value: Any, path: str, found: str) -> None:  # noqa: ANN401  not plain data
    where = f"chart 'web': values{': ' + path if path else ''}"
    wanted = (
        rf"\A{re.escape(place(test_helm_values_are_plain_data).rsplit(':', 2)[0])}:\d+: {re.escape(where)}\n"
    )
    with pytest.raises(PlatformError, match=wanted) as given_as_a_map:
        Chart(repository="https://charts.example.test", name="web", version="1.2.3", values=value)
    made = Chart(
        repository="https://charts.example.test", name="web", version="1.2.3", values=lambda _context: value
    )
    with pytest.raises(PlatformError, match=wanted) as made_by_a_function:
        made.values_for(Context(PLATFORM, CLUSTER))
    for error in (given_as_a_map, made_by_a_function):
        assert [each.found for each in error.value.findings] == [found]


@pytest.mark.parametrize(
    ("cls", "name", "given_back", "path"),
    [
        (Application, "flows", None, ""),
        (Application, "flows", flow.uses_api_server(), ""),
        (Application, "flows", [flow.uses_api_server()], ""),
        (Application, "flows", (flow.uses_api_server(), "web"), "[1]"),
        (RunTime, "workloads", ("web",), "[0]"),
        (Synchronization, "manual", True, ""),
        (Tenant, "flows", None, ""),
        (Platform, "exceptions", (None,), "[0]"),
        (Policy, "rule", CHECK, ""),
    ],
)
def test_what_a_users_function_gives_is_checked(cls: type, name: str, given_back: object, path: str) -> None:
    example = next(each for each in EXAMPLES if type(each) is cls)
    made: Any = make(cls, {**arguments_of(example), name: lambda *_arguments: given_back})
    for described in (made, dataclasses.replace(made, **{name: getattr(made, name)})):
        with pytest.raises(PlatformError) as error:
            getattr(described, name)(None)
        (finding,) = error.value.findings
        assert finding.where.startswith(place(make))
        assert finding.where.endswith(f": {name}{path}")


def test_two_objects_with_one_function_are_equal() -> None:
    arguments = {**arguments_of(WEB), "flows": lambda _context: ()}
    assert make(Application, arguments) == make(Application, arguments)
    assert make(Application, arguments) != WEB


def test_values_made_by_a_function_are_a_map() -> None:
    chart = Chart(
        repository="https://charts.example.test",
        name="web",
        version="1.2.3",
        values=lambda _context: [],  # type: ignore[arg-type,return-value]  # the mistake
    )
    with pytest.raises(PlatformError, match=r"chart 'web': values\n  found:    a list\n  expected: a map"):
        chart.values_for(Context(PLATFORM, CLUSTER))


@pytest.mark.parametrize(
    "url", ["https://git.example.test/a\nb", "git@git.example.test:a\nb", "https://a.test/ b"]
)
def test_a_url_is_one_line_without_spaces(url: str) -> None:
    with pytest.raises(PlatformError, match="repo_url"):
        Cluster(name="kind", repo_url=url)


@pytest.mark.parametrize("network", ["0.0.0.0/0", "0.0.0.0/30", "127.0.0.0/8", "224.0.0.0/4", "128.0.0.0/1"])
def test_load_balancers_get_addresses_that_a_host_can_have(network: str) -> None:
    with pytest.raises(PlatformError, match="load_balancer_range"):
        Cluster(name="kind", repo_url="https://git.example.test/a", load_balancer_range=network)


@pytest.mark.parametrize("port", [0, 99999, True, "80", "http--web", "a-name-that-is-too-long"])
def test_ports_of_a_flow(port: Any) -> None:  # noqa: ANN401  no port
    with pytest.raises(PlatformError, match="flow: ports"):
        flow.within("web", ports=(port,), because="it asks")


def test_every_port_is_said_by_name() -> None:
    (port,) = flow.within("web", ports=(flow.ANY_PORT,), because="it asks").ports
    assert (port, str(port)) == (0, "0")
