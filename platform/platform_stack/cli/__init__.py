"""The command line: `platform-stack COMMAND`.

Exit codes: 0 fine, 1 findings or bad data, 2 wrong usage.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from pathlib import Path

import click

_COMMANDS = {
    "check": "name what matches nothing: selectors, Services, Secrets that nobody makes",
    "completion": "print the script that completes commands in your shell",
    "doctor": "check this machine, git and the network before bootstrap.sh",
    "flows": "who may talk to whom, how it is protected, and why",
    "facts": "record what the pinned charts make of the platform's values",
    "policies": "what is asked of every object, and whether manifests would be refused",
    "secrets": "make, seal and change the Secrets that the applications declare",
    "synth": "write each cluster's folder of dist/",
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are called: help and completion stay fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(f"platform_stack.cli.{cmd_name}"), cmd_name)
        if not isinstance(command, click.Command):
            message = f"platform_stack.cli.{cmd_name} has no command {cmd_name}"
            raise TypeError(message)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kubernetes-platform-stack", prog_name="platform-stack")
@click.option(
    "--platform",
    "module",
    metavar="MODULE",
    default="apps",
    show_default=True,
    help="Python package that describes the platform: MODULE/__main__.py has a variable PLATFORM.",
)
@click.option("--traceback", is_flag=True, help="Show Python's traceback of an error in MODULE.")
@click.pass_context
def cli(ctx: click.Context, module: str, *, traceback: bool) -> None:
    """Describe a Kubernetes platform in typed Python; get the GitOps repository that Argo CD runs.

    \b
    apps/ (what)  ->  platform-stack synth  ->  dist/ (committed)  ->  Argo CD

    Exit codes: 0 fine, 1 findings or bad data, 2 wrong usage.
    """  # noqa: D301  click wants the control character itself
    ctx.obj = {"module": module, "traceback": traceback}


def main() -> None:
    """Run the command line and exit."""
    gc.disable()  # a command ends before its garbage matters; looking for it takes a tenth of the time
    try:
        # Without standalone mode click returns the exit code, or what the command returned.
        sys.exit(cli.main(prog_name="platform-stack", standalone_mode=False) or 0)
    except (click.Abort, KeyboardInterrupt):
        click.secho("interrupted: nothing was changed", fg="yellow", err=True)
        # Node was interrupted too, and jsii would print how it died.
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  open until the end
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
