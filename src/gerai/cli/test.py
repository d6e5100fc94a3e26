"""`gerai test`: everything that must hold: the checks of the code, then all tests.

What cannot run on this machine is named in the closing lines, with the reason.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from gerai.cli.check_code import run_checks
from gerai.cli.checkout import checkout, install_test_packages
from gerai.cli.terminal import console
from gerai.cli.test_programs import what_is_missing

#: One process more than there are cores: many tests wait most of their time. A file's tests stay together: they share
#: what they have set up. Files begin in the order of ``tests/conftest.py``.
_WHOLE: Final = (
    *("--numprocesses", str(min((os.cpu_count() or 1) + 1, 4)), "--dist", "loadfile", "--no-loadscope-reorder"),
    *("--durations", "20"),
)
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class StepOutcome:
    """How pytest ended. ``skipped``: its own lines about tests that did not run; ``summary``: its last line."""

    code: int
    skipped: list[str]
    summary: str


def run_everything(
    context: typer.Context,
    code: Annotated[bool, typer.Option(help="Also run the checks of the code (ruff, types, imports).")] = True,
) -> None:
    """Run all checks and tests; further arguments go to pytest. Exit 1 when anything failed."""
    root = checkout()
    install_test_packages(root)
    missing = what_is_missing()
    failed = run_checks(root) if code else []
    arguments = ["-m", " and ".join(f"not {marker}" for marker in missing)] if missing else []
    if not context.args:
        arguments += _WHOLE
    outcome = _run_pytest(root, [*arguments, *context.args])
    console.line()
    for name in failed:
        console.line(f"failed: {name}", style="red")
    not_run = [f"tests marked `{marker}`: {reason}" for marker, reason in missing.items()]
    not_run += outcome.skipped
    for line in not_run:
        console.line(f"not run: {line}", style="yellow")
    if not not_run:
        console.line("nothing was left out")
    typer.echo(outcome.summary)
    raise typer.Exit(1 if failed or outcome.code else 0)


def _run_pytest(root: Path, arguments: list[str]) -> StepOutcome:
    """Run pytest, passing its output on as it comes."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        "-rs",
        "--color",
        "yes" if console.is_terminal else "no",
        *arguments,
    ]
    seen = bytearray()
    with (
        tempfile.TemporaryDirectory(prefix="gerai-bytecode-") as bytecode,
        subprocess.Popen(command, cwd=root, env=_with_bytecode(bytecode), stdout=subprocess.PIPE) as pytest,
    ):
        assert pytest.stdout is not None
        while piece := os.read(pytest.stdout.fileno(), 65_536):
            seen += piece
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
    lines = [line for line in _COLOURS.sub("", seen.decode(errors="replace")).splitlines() if line.strip()]
    skipped = [line.removeprefix("SKIPPED ") for line in lines if line.startswith("SKIPPED ")]
    return StepOutcome(pytest.returncode, skipped, lines[-1] if lines else "pytest said nothing")


def _with_bytecode(folder: str) -> dict[str, str]:
    """Our environment, but bytecode goes to ``folder`` where it may not be written beside the code: tests start
    hundreds of processes, and each would compile everything again, for a second."""
    environment = dict(os.environ)
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        environment["PYTHONPYCACHEPREFIX"] = folder
    return environment
