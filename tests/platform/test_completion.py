"""Completion in a real shell: bash asks the program itself what may come next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gerai import cli
from gerai.cli.completing import among

BASH = "/usr/bin/bash"
SOURCE = Path(cli.__file__).parents[2]
#: What bash does when Tab is pressed behind these words; the program is called as on anybody's PATH.
_PRESS_TAB = """
eval "$(gerai completion bash)"
complete -p gerai >/dev/null || exit 9
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_gerai_completion gerai
printf '%s\\n' "${COMPREPLY[@]}"
"""

pytestmark = pytest.mark.skipif(not Path(BASH).exists(), reason="bash is not here")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a program ``gerai``."""
    folder = tmp_path_factory.mktemp("bin")
    file = folder / "gerai"
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m gerai "$@"\n', encoding="utf-8")
    file.chmod(0o755)
    return folder


def offered(program: Path, *words: str, dsn: str = "") -> list[str]:
    """What bash is offered behind these words, the last of which is being typed."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("GERAI_")}
    environ |= {"PATH": f"{program}:{environ['PATH']}", "DATABASE_URL": dsn, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [BASH, "--norc", "-c", _PRESS_TAB, "bash", *words],
        env=environ, cwd=program, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


def test_commands_and_options(program: Path) -> None:
    """Groups, commands and options complete, those of the registry as those written by hand."""
    assert offered(program, "gerai", "wareh") == ["warehouses"]
    assert {"list", "show", "close", "reopen", "set"} <= set(offered(program, "gerai", "merchants", ""))
    assert offered(program, "gerai", "simulate", "webh") == ["webhook-receiver"]
    assert offered(program, "gerai", "keys", "create", "--unl") == ["--unlimited"]
    assert offered(program, "gerai", "nothing-such", "x") == []


def test_words_that_an_option_takes(program: Path) -> None:
    """What takes one of a few words completes them: of a field of the registry, and of an option written by hand."""
    assert offered(program, "gerai", "members", "list", "--status", "b") == ["blocked"]
    assert offered(program, "gerai", "orders", "list", "--environment", "") == ["sandbox", "production"]
    assert offered(program, "gerai", "simulate", "order", "sc") == ["scalev"]


async def test_codes_of_merchants(program: Path, dsn: str, merchant: Any) -> None:
    """The codes of the database that serves now; without one there are none, and nothing is started or said."""
    assert offered(program, "gerai", "orders", "list", "--merchant", merchant.code[:3], dsn=dsn) == [merchant.code]
    assert offered(program, "gerai", "orders", "list", "--merchant", "", dsn="postgresql://nobody@127.0.0.1:1/x") == []
    assert offered(program, "gerai", "orders", "list", "--merchant", "") == []
    assert not (program / "gerai-data").exists()


def test_words_begin_as_what_is_typed() -> None:
    """No other is offered."""
    assert among(("draft", "done", "paid"))("d") == ["draft", "done"]
