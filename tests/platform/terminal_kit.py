"""Commands as somebody at a terminal runs them: processes of their own, on the tests' database."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from unittest.mock import patch

from typer.main import get_command
from typer.testing import CliRunner

from fork_server import run
from gerai.cli import build, every_name

_LOG_LINE: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[")


async def gerai(dsn: str, *arguments: str, environ: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, output and complaints of a command on this database; ``environ``: settings of this call."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GERAI_")} | {"DATABASE_URL": dsn}
    done = await asyncio.to_thread(run, arguments, kept | dict(environ or {}))
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, _of_this_test(done.stderr)


async def gerai_here(dsn: str, *arguments: str) -> tuple[int, str, str]:
    """The same in this process: a tenth of the time, for tests that walk many commands."""
    return await run_here({"DATABASE_URL": dsn}, arguments)


async def run_here(environ: Mapping[str, str], arguments: Sequence[str], typed: str = "") -> tuple[int, str, str]:
    """Exit code, output and complaints of a command in this process, with these settings and what is typed into it. The
    log stays as it is."""
    bare = {name: None for name in os.environ if name.startswith("GERAI_") or name == "DATABASE_URL"}
    with patch("gerai.kit.log.configure"), patch("typer.testing._get_command", lambda _: every_command()):
        app, runner = build([]), CliRunner()
        done = await asyncio.to_thread(runner.invoke, app, list(arguments), input=typed, env={**bare, **environ})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, _of_this_test(done.stdout), _of_this_test(done.stderr)


@cache
def every_command() -> Any:
    """What the runner makes of all commands at each call, made once: it takes a tenth of a second, as long as most of
    them take to run."""
    return get_command(build(every_name()))


def _of_this_test(text: str) -> str:
    """Without the log: of settings that other tests edited to nonsense, and of whatever else runs in this process."""
    return "".join(line for line in text.splitlines(keepends=True) if not _LOG_LINE.match(line))
