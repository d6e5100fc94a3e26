"""`gerai settings`: the reference page of all settings."""

from __future__ import annotations

import typer

from gerai.cli.database import plugin_sections
from gerai.settings import reference


def settings() -> None:
    """Print every setting with its default and help (docs/reference/settings.md is this text)."""
    typer.echo(reference(plugin_sections()), nl=False)
