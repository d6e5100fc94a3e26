"""An act that is done to several things by one command: which they are, and a line for what came of each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
import typer

from gerai.cli.terminal import Grid, console, fail, print_json
from gerai.engine.desk.bulk import MOST, BulkAnswer
from gerai.engine.desk.refusal_words import sentence
from gerai.engine.desk.registry import Act

_STDIN: Final = "-"
_SEVERAL: Final = "; several, or - for those on standard input, one a line"
_WORDS: Final = {
    "done": "done / berhasil",
    "again": "done before / sudah pernah",
    "refused": "refused / ditolak",
    "busy": "busy, try again / sibuk, coba lagi",
}
ManyIds = Annotated[list[str], typer.Argument(metavar="ID...", help=f"Its id{_SEVERAL}.")]
ManyOrders = Annotated[
    list[str], typer.Argument(metavar="ORDER...", help=f"Its number, or the identifier its counter shows{_SEVERAL}.")
]


def named(typed: Sequence[str]) -> list[str]:
    """The names that were typed, each once; of standard input where ``-`` stands. Leaves with exit code 2: there are
    none, or too many."""
    lines = [line.strip() for line in sys.stdin] if _STDIN in typed else []
    every = dict.fromkeys(name for name in (*typed, *lines) if name not in ("", _STDIN))
    if not every:
        fail("name at least one", 2)
    if len(every) > MOST:
        fail(f"at most {MOST} at once", 2)
    return [*every]


def require_same(act: Act, given: dict[str, Any]) -> None:
    """Leaves with exit code 2: something was given that each of several has for itself."""
    own = () if act.bulk is None else act.bulk.each
    for name in own:
        if given.get(name) not in (None, "", []):
            fail(f"--{name.replace('_', '-')} is of one: give it with one at a time", 2)


def leave_with(found: Sequence[BulkAnswer], names: Sequence[str], *, as_json: bool) -> None:
    """Print what came of each; leaves with exit code 1 when any was not done."""
    if as_json:
        rows = [
            {"id": str(one.id), "name": name, "state": one.state}
            | ({} if one.refusal is None else {"code": one.refusal.code, "detail": sentence(one.refusal)})
            for one, name in zip(found, names, strict=True)
        ]
        print_json(msgspec.json.encode({"rows": rows}).decode())
    else:
        grid = Grid("", " ", "  ", whole=["", " "])
        for one, name in zip(found, names, strict=True):
            grid.add(name, _WORDS[one.state], "" if one.refusal is None else sentence(one.refusal))
        console.grid(grid)
    if any(one.refusal is not None for one in found):
        raise typer.Exit(1)
