"""Finding the platform that a command is about, and telling of what is wrong with it."""

from __future__ import annotations

import functools
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from platform_stack.errors import PlatformError, did_you_mean, fail, short_path
from platform_stack.model import Platform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from platform_stack.errors import Finding
    from platform_stack.model import Cluster

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def load_platform(module: str) -> Platform:
    """Import MODULE.__main__ from the working folder and return its PLATFORM.

    Raises:
        PlatformError: there is no such module, or no Platform in it, or its own code failed.

    """
    sys.path.insert(0, str(Path.cwd()))
    try:
        loaded = import_module(f"{module}.__main__")
    except ModuleNotFoundError as error:
        if error.name not in (module, f"{module}.__main__"):
            raise
        fail(
            f"module {module!r}",
            f"no {module}/__main__.py in {Path.cwd()}",
            "a Python package that describes the platform",
            "run the command in the repository's folder, or name the package with --platform",
        )
    platform = getattr(loaded, "PLATFORM", None)
    if not isinstance(platform, Platform):
        fail(
            short_path(loaded.__file__ or module),
            "no variable PLATFORM" if platform is None else f"PLATFORM = {platform!r}",
            "PLATFORM = Platform(applications=…, clusters=…)",
        )
    return platform


def choose_cluster(platform: Platform, name: str | None) -> Cluster:
    """Return the cluster of a name, or the first; an unknown name is wrong usage of --cluster."""
    clusters = {cluster.name: cluster for cluster in platform.clusters}
    known("--cluster", name, clusters)
    return platform.clusters[0] if name is None else clusters[name]


def known(option: str, name: str | None, names: Iterable[str]) -> None:
    """Refuse a name, if one is given, that is not among `names`: wrong usage, with the nearest name."""
    candidates = list(names)
    if name is not None and name not in candidates:
        message = f"unknown: {name!r}; {did_you_mean(name, candidates)}"
        raise click.BadParameter(message, param_hint=option)


def reports_errors(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Turn an error into its message and exit code 1, without a traceback unless --traceback asks for it."""

    @functools.wraps(command)
    def wrapped(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except PlatformError as error:
            for finding in error.findings:
                first, _, rest = str(finding).partition("\n")
                click.secho(first, fg="red", bold=True, err=True)
                click.echo(rest, err=True)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if click.get_current_context().obj["traceback"]:
                raise
            click.secho(f"{_place(error)}: {type(error).__name__}: {error}", fg="red", bold=True, err=True)
            click.echo("  hint:     --traceback shows how it came to this", err=True)
        raise click.exceptions.Exit(1)

    return wrapped


def show_warnings(warnings: Iterable[Finding]) -> None:
    """Print what does not stop a command, but should not stay so, to standard error."""
    for warning in warnings:
        first, _, rest = str(warning).partition("\n")
        click.secho(f"warning: {first}", fg="yellow", err=True)
        click.echo(rest, err=True)


def _place(error: Exception) -> str:
    """Return the last line of the user's own code that the error came through."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{short_path(error.filename)}:{error.lineno}"
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(Path.cwd()) and "site-packages" not in frame.filename
    ]
    frame = (own or traceback.extract_tb(error.__traceback__))[-1]
    return f"{short_path(frame.filename)}:{frame.lineno}"
