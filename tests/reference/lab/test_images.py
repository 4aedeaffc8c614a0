"""What the lab's images are made from, and that they are made the same every time; no engine is needed."""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from platform_stack import COREDNS_VERSION
from tests.engines import ROOT, Engine, version
from tests.lab import engines
from tests.lab.authority import Authority
from tests.lab.errors import LabError
from tests.lab.images import archive, standin, store
from tests.lab.images.archive import Config, Entry
from tests.lab.images.plan import PAUSE_IMAGE, plan, table
from tests.lab.images.recipes import FULL_RECIPES, RECIPES, recipe_of
from tests.lab.images.references import parse
from tests.lab.images.uses import Use, image_uses

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("redis", ["docker.io/library/redis:latest"]),
        ("kong:3.9", ["docker.io/library/kong:3.9"]),
        ("jaegertracing/jaeger:2", ["docker.io/jaegertracing/jaeger:2"]),
        ("localhost:5000/a/b", ["localhost:5000/a/b:latest"]),
        (f"quay.io/a/b:v1@{DIGEST}", ["quay.io/a/b:v1", f"quay.io/a/b@{DIGEST}"]),
        (f"quay.io/a/b@{DIGEST}", [f"quay.io/a/b@{DIGEST}"]),
    ],
)
def test_an_image_has_the_names_that_a_kubelet_looks_for(text: str, names: list[str]) -> None:
    assert list(parse(text).names) == names


def container(**fields: object) -> dict[str, Any]:
    return {"name": "c", "image": "example.org/a:1", **fields}


def uses(*pods: dict[str, Any]) -> list[Use]:
    [image] = image_uses(pods)
    return image.uses


def test_a_container_listens_on_its_ports_and_on_those_of_its_probes() -> None:
    one = container(
        ports=[
            {"name": "web", "containerPort": 80},
            {"name": "dns", "containerPort": 53, "protocol": "UDP"},
        ],
        livenessProbe={"httpGet": {"port": "web"}},
        readinessProbe={"grpc": {"port": 9000}},
        startupProbe={"tcpSocket": {"port": 81}},
    )

    assert uses({"containers": [one]}) == [Use((), (), stays=True, tcp=(80, 81, 9000), udp=(53,))]


def test_init_containers_jobs_probes_and_hooks_end() -> None:
    main = container(
        readinessProbe={"exec": {"command": ["ready"]}},
        lifecycle={"preStop": {"exec": {"command": ["stop", "-w"]}}, "postStart": {"httpGet": {"port": 1}}},
    )
    sidecar = container(command=["watch"], restartPolicy="Always")
    deployment = {"initContainers": [container(args=["init"]), sidecar], "containers": [main]}
    job = {
        "restartPolicy": "OnFailure",
        "containers": [container(command=["once"], ports=[{"containerPort": 1}])],
    }

    assert {(*use.command, *use.arguments): use.stays for use in uses(deployment, job)} == {
        (): True,
        ("init",): False,
        ("ready",): False,
        ("stop", "-w"): False,
        ("watch",): True,
        ("once",): False,
    }


def test_the_same_command_of_two_pods_listens_on_the_ports_of_both() -> None:
    pods = [{"containers": [container(ports=[{"containerPort": port}])]} for port in (2, 1, 2)]

    assert uses(*pods) == [Use((), (), stays=True, tcp=(1, 2))]


def test_a_command_that_stays_and_ends_is_refused() -> None:
    pod = {"initContainers": [container(args=["x"])], "containers": [container(args=["x"])]}

    with pytest.raises(LabError, match=r"image example.org/a:1: found `x` both as a container that stays"):
        image_uses([pod])


@pytest.mark.parametrize("fields", [{"image": "example.org/a"}, {"imagePullPolicy": "Always"}])
def test_an_image_that_must_be_pulled_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(LabError, match="with imagePullPolicy Always"):
        image_uses([{"containers": [container(**fields)]}])


def test_a_stand_in_is_at_every_path_that_is_started_and_knows_each_command(tmp_path: Path) -> None:
    pod = {
        "securityContext": {"runAsNonRoot": True},
        "containers": [
            container(
                args=["--at=$(POD_IP):80", "x"],
                livenessProbe={"exec": {"command": ["/bin/sh", "-c", "alive"]}},
                lifecycle={"preStop": {"exec": {"command": ["kong", "quit"]}}},
            )
        ],
    }
    [image] = image_uses([pod])

    table_of = standin.table_of(image)
    assert [use["words"] for use in table_of["uses"]] == [
        [["/stand-in"], ["--at=", ":80"], ["x"]],
        [["/bin/sh"], ["-c"], ["alive"]],
        [["kong"], ["quit"]],
    ]
    links = {entry.path: entry.link for entry in standin.layers(image, Authority(tmp_path))[1] if entry.link}
    assert links == {"/bin/sh": "/stand-in", "/usr/local/bin/kong": "/stand-in"}
    assert standin.config(image) == Config(("/stand-in",), user="65532")


def test_a_pod_that_names_its_user_leaves_none_to_the_image() -> None:
    pod = {
        "securityContext": {"runAsNonRoot": True},
        "containers": [container(securityContext={"runAsUser": 7})],
    }
    [image] = image_uses([pod])

    assert standin.config(image).user == ""


def test_an_archive_is_the_same_for_the_same_content_and_replaces_an_older_one(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF")
    layers = [[Entry("/bin/x", source=program), Entry("/bin/y", 0o777, link="x"), Entry("/etc/z", data=b"z")]]
    config = Config(("/bin/x",), user="7")

    first = archive.write(tmp_path / "one", ["a/b:1"], config, layers)
    assert (
        archive.write(tmp_path / "two", ["a/b:1"], config, [layers[0][::-1]]).read_bytes()
        == first.read_bytes()
    )
    stamp = first.stat().st_mtime_ns
    assert archive.write(tmp_path / "one", ["a/b:1"], config, layers) == first
    assert first.stat().st_mtime_ns == stamp

    program.write_bytes(b"\x7fELF2")
    second = archive.write(tmp_path / "one", ["a/b:1"], config, layers)
    other = archive.write(tmp_path / "one", ["c/b:1"], config, layers)
    assert sorted((tmp_path / "one").iterdir()) == sorted([second, other])


def test_an_archive_is_an_image_of_the_specification(tmp_path: Path) -> None:
    layers = [[Entry("/a/b", data=b"1"), Entry("/data", 0o1777)], [Entry("/a/c", 0o4755, 7, data=b"22")]]
    names = ["quay.io/a/b:v1", f"quay.io/a/b@{DIGEST}"]

    path = archive.write(tmp_path, names, Config(("/a/b",), "7", ("X=1",), "/a"), layers)

    assert store.names(path) == names
    with tarfile.open(path) as tar:
        contents = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    blobs = {
        name.removeprefix("blobs/sha256/"): data
        for name, data in contents.items()
        if name.startswith("blobs/")
    }
    assert all(hashlib.sha256(data).hexdigest() == name for name, data in blobs.items())
    index = json.loads(contents["index.json"])
    assert [each["annotations"]["io.containerd.image.name"] for each in index["manifests"]] == names
    [digest] = {each["digest"] for each in index["manifests"]}
    manifest = json.loads(blobs[digest.removeprefix("sha256:")])
    config = json.loads(blobs[manifest["config"]["digest"].removeprefix("sha256:")])
    assert config["rootfs"]["diff_ids"] == [layer["digest"] for layer in manifest["layers"]]
    assert {key: config["config"][key] for key in ("Entrypoint", "User", "WorkingDir")} == {
        "Entrypoint": ["/a/b"],
        "User": "7",
        "WorkingDir": "/a",
    }
    (tmp_path / "layer").write_bytes(blobs[manifest["layers"][1]["digest"].removeprefix("sha256:")])
    with tarfile.open(tmp_path / "layer") as tar:
        assert [(member.name, oct(member.mode), member.uid) for member in tar] == [
            ("a", "0o755", 0),
            ("a/c", "0o4755", 7),
        ]


def test_a_node_shares_what_is_never_written_again_and_has_its_own_databases(tmp_path: Path) -> None:
    (tmp_path / "root/blobs").mkdir(parents=True)
    (tmp_path / "root/blobs/a").write_bytes(b"layer")
    (tmp_path / "root/blobs/b").symlink_to("a")
    (tmp_path / "root/meta.db").write_bytes(b"images")

    store.clone(tmp_path / "root", tmp_path / "node")
    (tmp_path / "node/meta.db").write_bytes(b"containers too")

    assert (tmp_path / "root/meta.db").read_bytes() == b"images"
    assert (tmp_path / "node/blobs/a").samefile(tmp_path / "root/blobs/a")
    assert (tmp_path / "node/blobs/b").readlink() == (tmp_path / "root/blobs/b").readlink()


def test_a_program_is_found_by_the_end_of_the_name_and_a_mirror_keeps_it() -> None:
    assert recipe_of(parse("reg.kyverno.io/kyverno/kyverno:v1")) is RECIPES["kyverno/kyverno"]
    assert recipe_of(parse("mirror.example/hub/library/redis:8")) is RECIPES["library/redis"]
    assert recipe_of(parse("quay.io/not-cilium/cilium:v1")) is None
    exporter = parse("ghcr.io/oliver006/redis_exporter:v1.86.0")
    assert recipe_of(exporter) is None
    assert recipe_of(exporter, full=True) is FULL_RECIPES["oliver006/redis_exporter"]
    assert parse("x.example/a/b/c:1").is_of("b/c")
    assert not parse("x.example/a-b/c:1").is_of("b/c")


def test_what_a_whole_lab_builds_is_what_its_recipes_hold() -> None:
    assert {each.engine for each in FULL_RECIPES.values()} == set(engines.FULL)


def test_an_image_of_an_operators_pod_is_planned_by_its_name_alone() -> None:
    pod = {"containers": [container(image="quay.io/a/known:1", ports=[{"containerPort": 80}])]}

    planned = plan([pod], ["quay.io/a/known:1", "quay.io/a/other:1"])

    assert [(str(each.reference), len(each.image.uses)) for each in planned] == [
        ("quay.io/a/known:1", 1),
        ("quay.io/a/other:1", 0),
        (PAUSE_IMAGE, 0),
    ]


def test_the_table_says_which_version_is_in_an_image_of_another() -> None:
    pods = [
        {"containers": [container(image=image)]}
        for image in (
            "quay.io/argoproj/argocd:v3.4.4",
            "quay.io/cilium/operator-generic:v1.18.3",
            "nobody/else:1",
        )
    ]

    assert table(plan(pods)) == (
        "| image | what the lab puts in it |\n"
        "|---|---|\n"
        "| `docker.io/nobody/else:1` | stand-in |\n"
        "| `quay.io/argoproj/argocd:v3.4.4` | the program, v3.6.1 instead of v3.4.4; without kustomize, git-lfs and"
        " the pages of its user interface |\n"
        "| `quay.io/cilium/operator-generic:v1.18.3` | the program, v1.18.3 |\n"
        f"| `{PAUSE_IMAGE}` | a program of the lab's own that waits |\n"
    )


def test_every_recipe_of_an_engine_names_a_program_that_its_go_mod_pins() -> None:
    built = [recipe for recipe in (RECIPES | FULL_RECIPES).values() if recipe.engine]

    for recipe in built:
        assert recipe.version is not None
        assert re.fullmatch(r"v\d+\.\d+\.\d+", recipe.version())


def test_prometheus_has_the_number_of_its_release() -> None:
    [prometheus, _] = plan([], ["quay.io/prometheus/prometheus:v3.14.0-distroless"], full=True)

    assert prometheus.holds == "the program, v3.14.0"


def test_a_module_is_found_in_either_form_of_go_mod(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text(
        "module x\n\nrequire a.b/c v1.2.3\n\nrequire (\n\td.e/f v4.5.6 // indirect\n)\n"
    )
    engine = Engine(tmp_path, tmp_path, ())

    assert (version(engine, "a.b/c"), version(engine, "d.e/f")) == ("v1.2.3", "v4.5.6")


def test_the_manifests_of_dist_ask_only_for_images_that_the_lab_can_make() -> None:
    specs = []
    for path in sorted((ROOT / "dist").glob("*/apps/*/manifests/*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            template = (document.get("spec") or {}).get("template") or {}
            if "containers" in (template.get("spec") or {}):
                specs.append(template["spec"])

    names = [str(each.reference) for each in plan(specs)]
    assert f"registry.k8s.io/coredns/coredns:{COREDNS_VERSION}" in names
