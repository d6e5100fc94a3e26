"""What every command prints with."""

from __future__ import annotations

from typing import NoReturn

import typer
from rich.console import Console

console = Console(soft_wrap=True)
errors = Console(stderr=True, soft_wrap=True)


def fail(text: str, code: int = 1) -> NoReturn:
    """Say what is wrong on standard error, without a traceback, and leave with this exit code."""
    errors.print(f"gerai: {text}", style="red", markup=False, highlight=False)
    raise typer.Exit(code)
