"""The command of the generator: `python -m platform_stack.bindings`."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

from platform_stack.bindings import cdk8s as cdk8s_cli
from platform_stack.bindings import crds, emit, jsii_source, openapi
from platform_stack.bindings.kinds import CORE_KINDS, CORE_MODULE
from platform_stack.errors import PlatformError, fail
from platform_stack.integrations.custom_kinds import GROUPS

if TYPE_CHECKING:
    from platform_stack.bindings.documents import Document

_CDK8S = Path("tests/node/node_modules/.bin/cdk8s")
_OUTPUT = Path("imports/platform_stack_imports")
_PACKAGE = "platform_stack_imports"

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--schemas", type=_FOLDER, required=True, help="Folder tree with the charts' CRDs as *.yaml.")
@click.option("--kubernetes-openapi", type=_FILE, help="Kubernetes' swagger.json; left out: core kinds stay.")
@click.option("--output", type=_FOLDER, default=_OUTPUT, show_default=True, help="The package to write into.")
@click.option(
    "--cdk8s",
    type=click.Path(path_type=Path),
    envvar="CDK8S",
    default=_CDK8S,
    show_default=True,
    help="The command of cdk8s-cli; also the variable CDK8S.",
)
def main(schemas: Path, kubernetes_openapi: Path | None, output: Path, cdk8s: Path) -> None:
    """Write the typed bindings and schemas of the kinds that kinds.py lists."""
    try:
        files, documents = _custom_resources(schemas, cdk8s)
        if kubernetes_openapi is not None:
            core = openapi.documents(kubernetes_openapi, CORE_KINDS)
            files[CORE_MODULE] = _core_module(core)
            documents += core
    except PlatformError as error:
        raise click.ClickException(str(error)) from error
    _write(output, files, documents, everything=kubernetes_openapi is not None)
    click.echo(f"{output}: {len(files)} modules, {len(documents)} schemas")


def _custom_resources(schemas: Path, cdk8s: Path) -> tuple[dict[str, str], list[Document]]:
    """Make the modules, by name, and the documents of the custom resources."""
    documents = crds.documents(schemas, GROUPS)
    sources = cdk8s_cli.import_crds(cdk8s, {name: crds.import_file(of) for name, of in documents.items()})
    files = {
        group.module: emit.module(
            jsii_source.read(sources[group.name]),
            documents[group.name],
            prefix="",
            merge=True,
            metadata_from=f"{_PACKAGE}.{CORE_MODULE}",
        )
        for group in GROUPS
    }
    return files, [item for of_group in documents.values() for item in of_group]


def _core_module(documents: list[Document]) -> str:
    """Make the module of the core kinds from the installed cdk8s-plus, which is read and not imported."""
    spec = importlib.util.find_spec("cdk8s_plus_33")
    if spec is None or not spec.submodule_search_locations:
        fail(
            "cdk8s_plus_33",
            found="no such package",
            expected="it beside platform_stack",
            hint="install the development dependencies: uv sync",
        )
    source = Path(spec.submodule_search_locations[0], "k8s", "__init__.py").read_text(encoding="utf-8")
    kinds = [item for item in documents if item.kind != openapi.OBJECT_META]
    return emit.module(jsii_source.read(source), kinds, prefix="Kube", merge=False, metadata_from="")


def _write(output: Path, files: dict[str, str], documents: list[Document], *, everything: bool) -> None:
    """Write modules and schemas; when all of them were made, remove those that the table no longer lists."""
    folder = output / "schemas"
    folder.mkdir(exist_ok=True)
    if everything:
        kept = {f"{name}.py" for name in files} | {"__init__.py"} | {item.file_name for item in documents}
        for path in [*output.glob("*.py"), *folder.glob("*.json")]:
            if path.name not in kept:
                path.unlink()
    for name, text in files.items():
        (output / f"{name}.py").write_text(text, encoding="utf-8")
    for item in documents:
        item.write(folder)


if __name__ == "__main__":
    main()
