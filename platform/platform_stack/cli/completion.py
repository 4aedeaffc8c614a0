"""`platform-stack completion`: shell completion."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash: eval "$(platform-stack completion bash)"
    zsh:  eval "$(platform-stack completion zsh)"
    fish: platform-stack completion fish | source
    """  # noqa: D301  click wants the control character itself
    from platform_stack.cli import cli  # noqa: PLC0415  the group imports this module when it is called

    script = get_completion_class(shell)
    if script is None:
        message = f"click knows no completion for {shell}"
        raise click.ClickException(message)
    click.echo(script(cli, {}, "platform-stack", "_PLATFORM_STACK_COMPLETE").source())
