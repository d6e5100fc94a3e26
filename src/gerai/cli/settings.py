"""`gerai settings`: the reference page of all settings; the shops' own are commands of the desk below it."""

from __future__ import annotations

import typer

from gerai.cli.database import plugin_sections
from gerai.settings import reference

settings = typer.Typer(
    help="Print every setting with its default and help (docs/reference/settings.md is this text); see a shop's own."
)


@settings.callback(invoke_without_command=True)
def print_reference(context: typer.Context) -> None:
    """Print every setting of the server with its default and help (docs/reference/settings.md is this text)."""
    if context.invoked_subcommand is None:
        typer.echo(reference(plugin_sections()), nl=False)
