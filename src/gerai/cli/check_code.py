"""`gerai check-code`: the checks that read the code without running it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from gerai.cli.checkout import checkout, install_test_packages
from gerai.cli.terminal import console, styled

_TYPES: Final = "basedpyright"
CHECKS: Final = (
    # Without its cache: the order of a file's imports depends on which files stand beside it.
    ("ruff check", ["-m", "ruff", "check", "--no-cache", "."]),
    ("ruff format", ["-m", "ruff", "format", "--check", "--quiet", "."]),
    (_TYPES, ["-m", "basedpyright", "--level", "error"]),
    (
        "import-linter",
        ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
    ),
)


def check_code(
    types: Annotated[bool, typer.Option(help="Also check types, which takes longest.")] = True,
) -> None:
    """Lint, format, types and import rules. Exit 1 when one of them finds something."""
    root = checkout()
    install_test_packages(root)
    if run_checks(root, types):
        raise typer.Exit(1)


def run_checks(root: Path, types: bool = True) -> list[str]:
    """Run them, showing each result and the findings of those that fail. Returns the names of the failed."""
    failed: list[str] = []
    for name, arguments in CHECKS:
        if name == _TYPES and not types:
            continue
        began = time.monotonic()
        with console.status(f"{name} …"):
            answer = subprocess.run([sys.executable, *arguments], cwd=root, capture_output=True, text=True, check=False)
        if answer.returncode:
            failed.append(name)
            console.lines(*(answer.stdout + answer.stderr).splitlines())
        verdict = styled("failed", "red") if answer.returncode else styled("clean", "green")
        console.line(f"{name:14} ", verdict, styled(f" {time.monotonic() - began:.1f} s", "dim"))
    return failed
